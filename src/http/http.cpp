#include "http/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <utility>

#include "http/call.h"

namespace vigia::http {
namespace {

void initialise_once() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(done);
}

}  // namespace

Http::Http(TlsOptions tls) : tls_(std::move(tls)) {
  initialise_once();
}
Http::~Http() = default;

HttpResult Http::perform(const HttpRequest& request, const std::stop_token& stop) {
  if (request.send_within && *request.send_within <= Nanoseconds::zero()) {
    HttpResult late;
    late.failure = HttpFailure::late;
    late.text = "the time to send it was over before it began";
    return late;
  }
  std::unique_ptr<Call> call = take_idle();
  HttpResult result = call->perform(request, tls_, stop);
  MutexLock lock(mutex_);
  idle_.push_back(std::move(call));
  return result;
}

std::unique_ptr<Call> Http::take_idle() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Call> call = std::move(idle_.back());  // the last used has the warmest connection
      idle_.pop_back();
      return call;
    }
  }
  return std::make_unique<Call>();
}

std::string warning_of(const TlsOptions& tls) {
  if (!tls.insecure || !tls.pin.empty()) return "";
  return fmt::format(
      "{}.tls_insecure is true: the server's certificate is NOT verified, so anybody on the path can read "
      "the "
      "password and the faces; set {}.ca_file, or {}.tls_pin: first_use, and leave tls_insecure out",
      tls.section, tls.section, tls.section);
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 ||
                                       std::string_view("-_.~").find(c) != std::string_view::npos);
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

std::string url_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const bool escape = text[at] == '%' && at + 2 < text.size();
    const char* begin = text.data() + at + 1;
    if (escape && std::from_chars(begin, begin + 2, value, 16).ptr == begin + 2) {
      out += static_cast<char>(value);
      at += 2;
    } else {
      out += text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

}  // namespace vigia::http
