// Splits a URL into its parts, as they are written: nothing is decoded or checked. For code that shows a URL
// or needs its scheme or host; code that opens it leaves the parsing to its library.
//
//   split_url("mqtts://user:secret@[::1]:8883/x")   scheme mqtts, user "user:secret", server "[::1]:8883",
//   host "::1", port "8883", path "/x"
//
// Threads: pure functions.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace vigia {

// Views of the text; empty where the URL has no such part. All but the scheme are empty without "//".
struct UrlParts {
  std::string_view scheme;  // "https"
  std::string_view user;    // what stands before '@', with a password
  std::string_view server;  // host and port as they are written
  std::string_view host;    // without brackets
  std::string_view port;    // digits, if it is well formed
  std::string_view path;    // from the first of "/?#" on
  bool has_user = false;    // there is an '@', even with nothing before it
  bool has_host = false;    // there is "//"
  bool has_port = false;    // there is a ':' after the host, even with nothing after it
};

inline UrlParts split_url(std::string_view url) {
  UrlParts parts;
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return parts;
  parts.scheme = url.substr(0, colon);
  std::string_view rest = url.substr(colon + 1);
  if (!rest.starts_with("//")) return parts;
  parts.has_host = true;
  rest.remove_prefix(2);
  if (const std::size_t path = rest.find_first_of("/?#"); path != std::string_view::npos) {
    parts.path = rest.substr(path);
    rest = rest.substr(0, path);
  }
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    parts.has_user = true;
    parts.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  parts.server = rest;
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  const std::size_t port = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.has_port = port != std::string_view::npos;
  if (parts.has_port) parts.port = rest.substr(port + 1);
  parts.host = bracket == std::string_view::npos ? rest.substr(0, port) : rest.substr(1, bracket - 1);
  return parts;
}

// Nothing: it is not a whole number from 1 to 65535.
inline std::optional<int> port_number(std::string_view port) {
  int number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_whole = failed == std::errc() && end == port.data() + port.size();
  return is_whole && number >= 1 && number <= 65535 ? std::optional(number) : std::nullopt;
}

}  // namespace vigia
