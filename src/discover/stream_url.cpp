#include "discover/stream_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/url.h"
#include "discover/plain_text.h"
#include "http/http.h"

namespace vigia::discover {
namespace {

constexpr std::size_t kLongestUri = 2000;

// Replaces the values of password=... in a path; true if there were any. Cheap recorders have them in the
// path, with '_' or '&' between them: /user=admin&password=tl&channel=1.sdp
bool take_out_passwords(std::string& path) {
  constexpr std::array<std::string_view, 4> kKeys{"password=", "passwd=", "passw=", "pwd="};
  bool found = false;
  for (const std::string_view key : kKeys) {
    std::size_t at = 0;
    while ((at = lower(path).find(key, at)) != std::string::npos) {
      at += key.size();
      const std::size_t end = std::min(path.find_first_of("&_/?#;", at), path.size());
      if (end == at) continue;  // it is empty
      found = true;
      path.replace(at, end - at, kPasswordHere);
      at += kPasswordHere.size();
    }
  }
  return found;
}

}  // namespace

std::string in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

Result<Stream> stream_of(const StreamProfile& profile, std::string_view uri, const std::string& host,
                         std::vector<std::string>& notes) {
  const UrlParts parts = split_url(uri);
  const std::string scheme = lower(parts.scheme);
  const bool usable = (scheme == "rtsp" || scheme == "rtsps") && !parts.host.empty();
  if (!usable || uri.size() > kLongestUri) {
    return Error{ErrorCode::invalid,
                 fmt::format("profile {} has no address of RTSP: {}", plain(profile.token, 40),
                             uri.empty() ? "none" : plain(scheme, 20))};
  }
  Stream stream{.profile = profile};
  std::string path = plain_url(parts.path);
  stream.needs_password_in_url = take_out_passwords(path);
  if (parts.has_user) {
    stream.user = http::url_decode(parts.user.substr(0, parts.user.find(':')));
  }
  const std::string named = lower(parts.host);
  if (named != lower(host)) {
    const std::string note = fmt::format(
        "its streams name the address {}; kept is {}, at which it was reached", plain(named, 60), host);
    if (std::ranges::find(notes, note) == notes.end()) notes.push_back(note);
  }
  const auto port = port_number(parts.port);
  stream.url = fmt::format("{}://{}{}{}", scheme, in_url(host), port ? fmt::format(":{}", *port) : "", path);
  return stream;
}

}  // namespace vigia::discover
