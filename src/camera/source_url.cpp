#include "camera/source_url.h"

#include <cstddef>
#include <string_view>

#include "base/control.h"
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

Result<SourceUrl> parse_device(const std::string& url) {
  const std::string path = url.substr(url.find(':') + 1);
  if (!path.starts_with("/dev/") || path.find('\0') != path.npos) {
    return Error{ErrorCode::invalid, "url: '" + redact(url) + "' names no device; write v4l2:/dev/video0"};
  }
  return SourceUrl{SourceKind::device, path, path, false, "none"};
}

constexpr std::string_view kEndServer = "/?#";
// FFmpeg's own limit for "user:password" of RTSP, with the codes.
constexpr std::size_t kLongestLogin = 127;

std::string coded(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'%', kDigits[byte / 16], kDigits[byte % 16]};
}

// What would not be read as it is meant, in front of '@'. All else FFmpeg takes as it is.
std::string coded_login(std::string_view text) {
  constexpr std::string_view kToCode = "%/?#@: \"'\\";
  std::string out;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (is_control || kToCode.find(c) != kToCode.npos) {
      out += coded(c);
    } else {
      out += c;
    }
  }
  return out;
}

bool looks_like_server(std::string_view text) {
  const std::string_view server = text.substr(0, text.find_first_of(kEndServer));
  return server == "localhost" || server.find_first_of(".:[") != server.npos;
}

// An address, not a name: of a name, the path behind a login may hold one.
bool looks_like_address(std::string_view text) {
  const std::string_view server = text.substr(0, text.find_first_of(kEndServer));
  return server.starts_with('[') ||
         (server.find('.') != server.npos && server.find_first_not_of("0123456789.:") == server.npos);
}

// The rest of a login in which one of kEndServer stands uncoded; empty: there is none. Such a url reads as
// that of another server: "admin:pa" of rtsp://admin:pa/ss@10.0.0.5/x.
std::string_view cut_login(const UrlParts& parts) {
  const std::size_t at = parts.path.find('@');
  if (at == parts.path.npos || parts.host.empty() || parts.server.starts_with('[')) return {};
  const std::string_view rest = parts.path.substr(0, at);
  if (parts.has_port && !parts.port.empty() && !port_number(parts.port)) return rest;
  // It may be a server, and the '@' a part of the path.
  const bool is_server = parts.host == "localhost" || parts.host.find('.') != parts.host.npos;
  const bool has_colon = parts.has_user || parts.has_port || rest.find(':') != rest.npos;
  const bool is_query = rest.find('=') != rest.npos;
  const std::string_view next = parts.path.substr(at + 1);
  const bool next_is_server = parts.has_user ? looks_like_address(next) : looks_like_server(next);
  return !is_server && has_colon && !is_query && next_is_server ? rest : std::string_view{};
}

Status check_login(const UrlParts& parts, const std::string& url) {
  const std::string_view cut = cut_login(parts);
  if (cut.empty()) return ok_status();
  std::string characters, codes;
  for (const char c : kEndServer) {
    if (cut.find(c) == cut.npos) continue;
    characters.append(characters.empty() ? "'" : " and '") += c;
    characters += "'";
    codes += (codes.empty() ? "" : " and ") + coded(c);
  }
  return Error{ErrorCode::invalid, "url: the user or password in '" + redact(url) + "' holds " + characters +
                                       ": write " + codes +
                                       ", or use the camera's keys username and password, where nothing has "
                                       "to be coded"};
}

}  // namespace

Result<std::string> url_with_login(const std::string& url, const CameraOptions& options) {
  if (options.username.empty() && options.password.empty()) return url;
  const UrlParts parts = split_url(url);
  const auto cannot = [](const std::string& why) {
    return Error{ErrorCode::invalid, "username and password: " + why};
  };
  if (const std::string_view why = idle_login(url, options); !why.empty()) return cannot(std::string(why));
  if (options.username.find(':') != std::string::npos) return cannot("a username cannot hold ':'");
  const std::string login = coded_login(options.username) + ":" + coded_login(options.password);
  if (is_live_url(url) && login.size() > kLongestLogin) {
    return cannot("they are too long: FFmpeg takes " + std::to_string(kLongestLogin) +
                  " letters for both, and 3 for each of % / ? # @ : and blanks");
  }
  return std::string(parts.scheme) + "://" + login + "@" + std::string(parts.server) +
         std::string(parts.path);
}

Result<SourceUrl> parse_source_url(const std::string& url) {
  // Not shown either: it could make a second line of a message.
  if (has_control(url)) {
    return Error{ErrorCode::invalid, "url: it holds a line break or another control character; leave it out"};
  }
  const UrlParts parts = split_url(url);
  const std::string scheme = lower(parts.scheme);
  if (scheme == "file") return parse_file(parts, url);
  if (scheme == "v4l2") return parse_device(url);
  if (takes_login(url)) {
    if (Status whole = check_login(parts, url); !whole) return whole.error();
  }
  if (parts.has_host && (scheme == "rtsp" || scheme == "rtsps")) {
    const bool tls = scheme == "rtsps";
    return SourceUrl{SourceKind::rtsp, url, "", tls, tls ? kTunnelProtocols : kRtspProtocols};
  }
  if (parts.has_host && (scheme == "http" || scheme == "https")) {
    const bool tls = scheme == "https";
    return SourceUrl{SourceKind::http, url, "", tls, tls ? kHttpsProtocols : kHttpProtocols};
  }
  if (parts.has_host && (scheme == "rtmp" || scheme == "srt")) {
    return SourceUrl{SourceKind::stream, url, "", false, scheme == "srt" ? "srt" : "rtmp,tcp"};
  }
  if (scheme == "sim") return SourceUrl{SourceKind::sim, url, "", false, ""};
  return Error{ErrorCode::invalid,
               "url: '" + redact(url) +
                   "' is no source that a camera can have; allowed: rtsp://, rtsps://, http://, https://, "
                   "rtmp://, srt://, v4l2:/dev/video0, file:PATH, sim:"};
}

}  // namespace vigia::camera
