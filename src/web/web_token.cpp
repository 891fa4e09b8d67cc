#include "web/web_token.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/text.h"

namespace vigia::web {
namespace {

constexpr Bytes kLargestTokenFile = 4096;

}  // namespace

Result<std::string> read_token(const WebOptions& options) {
  if (options.token_file.empty()) return options.token;
  const auto content = read_file(options.token_file, kLargestTokenFile);
  if (!content) return Error{ErrorCode::invalid, "web.token_file: " + content.error().text};
  const std::string token(trim(*content));
  if (token.size() >= kShortestToken) return token;
  return Error{ErrorCode::invalid, fmt::format("web.token_file: {}: holds no token of at least {} characters",
                                               options.token_file, kShortestToken)};
}

}  // namespace vigia::web
