#include "http/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
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
  const std::unique_ptr<char, void (*)(void*)> escaped(
      curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())), &curl_free);
  return text.empty() || escaped == nullptr ? std::string() : std::string(escaped.get());
}

std::string url_decode(std::string_view text) {
  std::string with_spaces(text);
  std::ranges::replace(with_spaces, '+', ' ');
  int size = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      curl_easy_unescape(nullptr, with_spaces.data(), static_cast<int>(with_spaces.size()), &size),
      &curl_free);
  return text.empty() || plain == nullptr ? std::string()
                                          : std::string(plain.get(), static_cast<std::size_t>(size));
}

}  // namespace vigia::http
