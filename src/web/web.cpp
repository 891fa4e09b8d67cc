#include "web/web.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace vigia::web {
namespace {

constexpr Bytes kLargestTokenFile = 4096;

Result<std::string> token_of(const WebOptions& options) {
  if (options.token_file.empty()) return options.token;
  const auto content = read_file(options.token_file, kLargestTokenFile);
  if (!content) return Error{ErrorCode::invalid, "web.token_file: " + content.error().text};
  const std::string token(trim(*content));
  if (token.size() >= kShortestToken) return token;
  return Error{ErrorCode::invalid, fmt::format("web.token_file: {}: holds no token of at least {} characters",
                                               options.token_file, kShortestToken)};
}

}  // namespace

Result<std::unique_ptr<Web>> Web::open(const WebOptions& options, World world) {
  if (!options.enabled()) return std::unique_ptr<Web>();
  const auto address = parse_listen(options.listen);
  if (!address)
    return Error{ErrorCode::invalid, fmt::format("web.listen: '{}' is no address", options.listen)};
  auto token = token_of(options);
  if (!token) return token.error();
  std::unique_ptr<Web> web(new Web(std::move(world), {*std::move(token), options.hosts}));  // NOLINT: private
  auto server = HttpServer::open(*address, web->site_, web->world_.clock);
  if (server) {
    web->server_ = *std::move(server);
    return web;
  }
  if (options.listen == "auto") {
    log::warn("web: {} {}: there is no page and no API; web.listen sets another address", kAutoAddress,
              server.error().text);
    return std::unique_ptr<Web>();
  }
  return Error{ErrorCode::invalid, fmt::format("web.listen: {} {}", options.listen, server.error().text)};
}

}  // namespace vigia::web
