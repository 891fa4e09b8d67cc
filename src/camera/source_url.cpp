#include "camera/source_url.h"

#include <string_view>

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"

namespace vigia::camera {
namespace {

// Without tls: it would not be verified.
constexpr const char* kRtspProtocols = "rtp,rtcp,srtp,udp,tcp,http,httpproxy";
constexpr const char* kTunnelProtocols = "tcp";
constexpr const char* kHttpProtocols = "http,https,tcp,tls,httpproxy,crypto";
constexpr const char* kHttpsProtocols = "https,tcp,tls,httpproxy,crypto";

Result<SourceUrl> parse_file(const UrlParts& parts, const std::string& url) {
  std::string_view rest = std::string_view(url).substr(parts.scheme.size() + 1);
  if (parts.has_host) {  // file://[localhost]/PATH
    rest = parts.path;
    const bool is_here = !parts.has_user && (parts.server.empty() || parts.server == "localhost");
    if (!is_here || !rest.starts_with("/")) {
      return Error{ErrorCode::invalid,
                   "url: '" + redact(url) + "' names another machine; files are file:PATH or file:///PATH"};
    }
  }
  if (rest.empty() || rest.find('\0') != rest.npos) {
    return Error{ErrorCode::invalid, "url: '" + redact(url) + "' names no file; write file:PATH"};
  }
  return SourceUrl{SourceKind::file, "file:" + std::string(rest), std::string(rest), false, "file"};
}

}  // namespace

Result<SourceUrl> parse_source_url(const std::string& url) {
  const UrlParts parts = split_url(url);
  const std::string scheme = lower(parts.scheme);
  if (scheme == "file") return parse_file(parts, url);
  if (parts.has_host && (scheme == "rtsp" || scheme == "rtsps")) {
    const bool tls = scheme == "rtsps";
    return SourceUrl{SourceKind::rtsp, url, "", tls, tls ? kTunnelProtocols : kRtspProtocols};
  }
  if (parts.has_host && (scheme == "http" || scheme == "https")) {
    const bool tls = scheme == "https";
    return SourceUrl{SourceKind::http, url, "", tls, tls ? kHttpsProtocols : kHttpProtocols};
  }
  if (scheme == "sim") return SourceUrl{SourceKind::sim, url, "", false, ""};
  return Error{ErrorCode::invalid,
               "url: '" + redact(url) +
                   "' is no source that a camera can have; allowed: rtsp://, rtsps://, http://, https://, "
                   "file:PATH, sim:"};
}

}  // namespace vigia::camera
