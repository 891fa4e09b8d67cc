#include "camera/server_access.h"

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/opt.h>
}

#include <cerrno>
#include <exception>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "http/http.h"
#include "http/look_up.h"

namespace vigia::camera {
namespace {

constexpr const char* kPortOfRtsp = "554";
constexpr const char* kPortOfRtsps = "322";
constexpr std::string_view kHttps = "https";

std::string login_of(const UrlParts& parts) {
  return parts.has_user ? std::string(parts.user) + "@" : "";
}

std::string in_url(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

// "": FFmpeg does not say where a connection ended up.
std::string end_of_redirections(AVIOContext& io) {
  std::uint8_t* text = nullptr;
  if (av_opt_get(&io, "location", AV_OPT_SEARCH_CHILDREN, &text) < 0 || text == nullptr) return "";
  std::string url(reinterpret_cast<const char*>(text));
  av_free(text);
  return url;
}

}  // namespace

ServerAccess::ServerAccess(const SourceUrl& source, http::TlsOptions tls, const Interrupt& interrupt)
    : source_(source), tls_(std::move(tls)), interrupt_(interrupt) {}

Result<std::string> ServerAccess::reach(bool sifts_offers) {
  forget();
  if (source_.kind != SourceKind::rtsp && source_.kind != SourceKind::stream) return source_.url;
  Result<std::string> url = source_.encrypted || sifts_offers ? through_tunnel() : at_its_address();
  if (url) reached_ = *url;
  return url;
}

Result<std::string> ServerAccess::through_tunnel() {
  const UrlParts parts = split_url(source_.url);
  std::string server(parts.server);
  if (parts.port.empty()) {
    server = in_url(std::string(parts.host)) + ":" + (source_.encrypted ? kPortOfRtsps : kPortOfRtsp);
  }
  tunnel_.reset();
  sifter_ = {};
  const auto sift = [this](std::span<const char> bytes) { return sifter_.take(bytes); };
  const Nanoseconds left = interrupt_.left();
  auto tunnel = source_.encrypted ? http::Tunnel::open(server, tls_, left, interrupt_.stop, sift)
                                  : http::Tunnel::open_plain(server, left, interrupt_.stop, sift);
  if (!tunnel) return tunnel.error();
  tunnel_ = *std::move(tunnel);
  return "rtsp://" + login_of(parts) + "127.0.0.1:" + std::to_string(tunnel_->port()) +
         std::string(parts.path);
}

Result<std::string> ServerAccess::at_its_address() const {
  const UrlParts parts = split_url(source_.url);
  const auto found = http::look_up(std::string(parts.host), interrupt_.left(), interrupt_.stop);
  if (!found) return found.error();
  if (found->size() != 1) return source_.url;
  const std::string port = parts.port.empty() ? "" : ":" + std::string(parts.port);
  return std::string(parts.scheme) + "://" + login_of(parts) + in_url(found->front()) + port +
         std::string(parts.path);
}

void ServerAccess::watch(AVFormatContext& context) {
  if (source_.kind != SourceKind::http) return;
  plain_open_ = context.io_open;
  context.opaque = this;
  context.io_open = &ServerAccess::open_io;
}

Status ServerAccess::check(const AVFormatContext& context) const {
  const bool tunnelled = source_.kind == SourceKind::rtsp && source_.encrypted;
  if (!tunnelled || reached_ == context.url) return ok_status();
  return Error{ErrorCode::refused,
               "it redirects to another server, which is not verified; use that server's url"};
}

int ServerAccess::open_io(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                          AVDictionary** options) noexcept {
  try {
    return static_cast<ServerAccess*>(context->opaque)->open_url(*context, io, url, flags, options);
  } catch (const std::exception&) {  // nothing may be thrown into FFmpeg
    return AVERROR(ENOMEM);
  }
}

int ServerAccess::open_url(AVFormatContext& context, AVIOContext** io, const char* url, int flags,
                           AVDictionary** options) {
  const UrlParts parts = split_url(url);
  if (!parts.host.empty()) {
    const auto found = http::look_up(std::string(parts.host), interrupt_.left(), interrupt_.stop);
    if (!found) {
      keep(found.error());
      return AVERROR(EHOSTUNREACH);
    }
  }
  AVDictionary* none = nullptr;
  if (options == nullptr) options = &none;
  av_dict_set(options, "tls_verify", tls_.insecure ? "0" : "1", 0);
  if (!tls_.ca_file.empty()) av_dict_set(options, "ca_file", tls_.ca_file.c_str(), 0);
  const int code = plain_open_(&context, io, url, flags, options);
  av_dict_free(&none);
  const bool is_https = lower(parts.scheme).ends_with(kHttps);  // crypto+https:// too
  if (code == AVERROR(EIO) && is_https) explain(std::string(parts.server));
  if (code < 0 || !source_.encrypted) return code;
  if (const std::string end = end_of_redirections(**io);
      !end.empty() && lower(split_url(end).scheme) != kHttps) {
    avio_closep(io);
    keep({ErrorCode::refused, "it redirects to " + redact(end) + ", which is not encrypted"});
    return AVERROR(EPERM);
  }
  return code;
}

// FFmpeg has one code for all that can go wrong with TLS.
void ServerAccess::explain(const std::string& server) {
  if (failure_) return;
  http::Http http(tls_);
  http::HttpRequest request;
  request.connect_only = true;
  request.url = "https://" + server + "/";
  request.timeout = interrupt_.left();
  const http::HttpResult tried = http.perform(request, interrupt_.stop);
  if (tried.failure == http::HttpFailure::tls) keep({ErrorCode::refused, tried.text});
}

void ServerAccess::keep(Error error) {
  if (!failure_) failure_ = std::move(error);
}

}  // namespace vigia::camera
