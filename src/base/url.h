// A URL in its parts, as it is written: nothing is decoded, and nothing is checked. For those who show it,
// look at its scheme or take its host; who opens it has a library of its own for that.
//
//   split_url("mqtts://user:secret@[::1]:8883/x")   scheme mqtts, user "user:secret", host "::1", port
//   "8883", path "/x"
//
// Threads: a pure function.
#pragma once

#include <string_view>

namespace vigia {

// Views of the text; empty where the URL has no such part. All but the scheme are empty without "//".
struct UrlParts {
  std::string_view scheme;  // "https"
  std::string_view user;    // what stands before '@', with a password
  std::string_view host;    // without brackets
  std::string_view port;    // digits, if it is well formed
  std::string_view path;    // from the first of "/?#" on
  bool has_user = false;    // there is an '@', be it with nothing before it
  bool has_host = false;    // there is "//"
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
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  const std::size_t port = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port != std::string_view::npos) parts.port = rest.substr(port + 1);
  parts.host = bracket == std::string_view::npos ? rest.substr(0, port) : rest.substr(1, bracket - 1);
  return parts;
}

}  // namespace vigia
