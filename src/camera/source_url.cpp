#include "camera/source_url.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/log.h"

namespace vigia::camera {
namespace {

constexpr const char* kRtspProtocols = "rtp,rtcp,srtp,udp,tcp,tls,http,https,httpproxy";
constexpr const char* kHttpProtocols = "http,https,tcp,tls,httpproxy,crypto";

// Schemes are written in any case.
bool starts_with(std::string_view url, std::string_view scheme) {
  return url.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), url.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

Result<SourceUrl> parse_file(std::string_view rest, const std::string& url) {
  if (rest.starts_with("//")) {  // file://[localhost]/PATH
    rest.remove_prefix(2);
    if (rest.starts_with("localhost/")) rest.remove_prefix(std::string_view("localhost").size());
    if (!rest.starts_with("/")) {
      return Error{ErrorCode::invalid,
                   "url: '" + redact(url) + "' names another machine; files are file:PATH or file:///PATH"};
    }
  }
  if (rest.empty() || rest.find('\0') != rest.npos) {
    return Error{ErrorCode::invalid, "url: '" + redact(url) + "' names no file; write file:PATH"};
  }
  return SourceUrl{SourceKind::file, "file:" + std::string(rest), std::string(rest), "file"};
}

}  // namespace

Result<SourceUrl> parse_source_url(const std::string& url) {
  if (starts_with(url, "file:")) return parse_file(std::string_view(url).substr(5), url);
  if (starts_with(url, "rtsp://") || starts_with(url, "rtsps://")) {
    return SourceUrl{SourceKind::rtsp, url, "", kRtspProtocols};
  }
  if (starts_with(url, "http://") || starts_with(url, "https://")) {
    return SourceUrl{SourceKind::http, url, "", kHttpProtocols};
  }
  if (starts_with(url, "sim:")) return SourceUrl{SourceKind::sim, url, "", ""};
  return Error{ErrorCode::invalid,
               "url: '" + redact(url) +
                   "' is no source that a camera can have; allowed: rtsp://, rtsps://, http://, https://, "
                   "file:PATH, sim:"};
}

}  // namespace vigia::camera
