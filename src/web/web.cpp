#include "web/web.h"

#include <fmt/format.h>

#include "base/log.h"
#include "web/web_token.h"

namespace vigia::web {
Result<std::unique_ptr<Web>> Web::open(const WebOptions& options, World world) {
  if (!options.enabled()) return std::unique_ptr<Web>();
  const auto address = parse_listen(options.listen);
  if (!address)
    return Error{ErrorCode::invalid, fmt::format("web.listen: '{}' is no address", options.listen)};
  auto token = read_token(options);
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
