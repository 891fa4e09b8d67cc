#include "camera/refusal.h"

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "base/log.h"
#include "base/url.h"
#include "camera/av_handles.h"

namespace vigia::camera {
namespace {

// In the server's own words, as far as they can be shown.
std::string answer(const AvRemarks& remarks) {
  constexpr std::size_t kMost = 60;
  std::string words = redact(remarks.refusal).substr(0, kMost);
  std::ranges::replace_if(
      words, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return "it answers " + std::to_string(remarks.status) + (words.empty() ? "" : " ") + words;
}

std::string advice_on_login(const AvRemarks& remarks, const SourceUrl& source) {
  const UrlParts parts = split_url(source.url);
  if (!parts.has_user) {
    return "it wants a user and a password: set the camera's keys username and password";
  }
  if (remarks.offer.is_beyond_ffmpeg()) {
    return "it accepts only a kind of login that Vigia does not have (digest with SHA-256): set the camera's "
           "RTSP and web authentication to 'digest/MD5' or 'both'";
  }
  if (remarks.offer.needs_sifting()) {
    return "it offers digest with SHA-256, which Vigia does not have, beside other logins: set the camera's "
           "RTSP and web authentication to 'digest/MD5' alone";
  }
  const bool is_coded = parts.user.find('%') != parts.user.npos;
  return std::string("check username and password") +
         (is_coded ? "; a '%' of the password itself is written %25 in a url, or as it is in the key password"
                   : "");
}

constexpr const char* kNoRoom =
    "it has no free connection for one more viewer: close another one, or let it accept more; a connection "
    "that "
    "broke off is still held by it for a minute or two";

std::string advice_on_transport(const CameraOptions& options) {
  return is_over_tcp(options) ? "the camera does not send over TCP: try ffmpeg_params: [rtsp_transport=udp]"
                              : "the camera does not send in this way: leave rtsp_transport out of "
                                "ffmpeg_params";
}

// Empty: there is nothing to say.
std::string advice_on_status(const AvRemarks& remarks, const SourceUrl& source,
                             const CameraOptions& options) {
  switch (remarks.status) {
    case 401:
      return advice_on_login(remarks, source);
    case 403:
      return "check username and password, and whether this user may see the video";
    case 404:
    case 410:
      return "check the path in its url";
    case 453:
    case 503:
      return kNoRoom;
    case 461:
      return advice_on_transport(options);
    default:
      return remarks.status >= 500 ? "the camera itself has failed: restart it if that lasts" : "";
  }
}

std::string other_protocol(const SourceUrl& source) {
  return source.kind == SourceKind::http
             ? "this port speaks RTSP, not HTTP: write rtsp:// or check the port in its url"
             : "this port speaks HTTP, not RTSP: check the port in its url (RTSP has 554 as a rule)";
}

const char* advice_on_code(int code) {
  switch (code) {
    case AVERROR_INVALIDDATA:
      return "; it is not a video that FFmpeg can read";
    case AVERROR(ECONNREFUSED):
      return "; nothing listens there: check address and port";
    case AVERROR(EHOSTUNREACH):
    case AVERROR(ENETUNREACH):
      return "; there is no way to this address: check it, the camera's power and cable, and this machine's "
             "network";
    case AVERROR(ETIMEDOUT):
      return "; nothing answers there: check address and port, the camera's power, and firewalls between";
    default:
      return "";
  }
}

ErrorCode meaning_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::refused;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 453:
    case 503:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::io;
  }
}

ErrorCode meaning(int code) {
  switch (code) {
    case AVERROR(ENOENT):
      return ErrorCode::not_found;
    case AVERROR(ETIMEDOUT):
      return ErrorCode::timeout;
    case AVERROR(ENOMEM):
      return ErrorCode::no_memory;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

int status_of(int code) noexcept {
  switch (code) {
    case AVERROR_HTTP_BAD_REQUEST:
      return 400;
    case AVERROR_HTTP_UNAUTHORIZED:
      return 401;
    case AVERROR_HTTP_FORBIDDEN:
      return 403;
    case AVERROR_HTTP_NOT_FOUND:
      return 404;
    default:
      return 0;
  }
}

Refusal explain_status(const AvRemarks& remarks, const SourceUrl& source, const CameraOptions& options) {
  const std::string advice = advice_on_status(remarks, source, options);
  return {meaning_of_status(remarks.status), answer(remarks) + (advice.empty() ? "" : "; ") + advice};
}

Refusal explain_refusal(int code, const AvRemarks& remarks, const SourceUrl& source,
                        const CameraOptions& options) {
  if (remarks.speaks_other) return {meaning(code), other_protocol(source)};
  if (remarks.status != 0) return explain_status(remarks, source, options);
  return {meaning(code), redact(av_error_text(code)) + advice_on_code(code)};
}

bool is_over_tcp(const CameraOptions& options) {
  return std::ranges::none_of(options.ffmpeg_params, [](const std::string& param) {
    return param.starts_with("rtsp_transport=") && param.find("udp") != std::string::npos;
  });
}

}  // namespace vigia::camera
