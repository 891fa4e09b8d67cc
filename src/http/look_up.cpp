#include "http/look_up.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>

namespace vigia::http {
namespace {

constexpr int kPollMs = 1000;

struct CleanUp {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct CleanUpMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};

// libcurl has an address, and wants a socket for it.
curl_socket_t note_address(void* found, curlsocktype, curl_sockaddr*) {
  *static_cast<bool*>(found) = true;
  return CURL_SOCKET_BAD;  // which ends the transfer
}

void set_up(CURL* easy, const std::string& url, Nanoseconds at_most, bool& found, char* error) {
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  const auto ms = static_cast<long>(at_most / std::chrono::milliseconds(1));
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, ms);
  set(CURLOPT_TIMEOUT_MS, ms);
  set(CURLOPT_OPENSOCKETFUNCTION, note_address);
  set(CURLOPT_OPENSOCKETDATA, &found);
  set(CURLOPT_ERRORBUFFER, error);
}

// Nothing: stopped.
std::optional<CURLcode> run(CURLM* multi, const std::stop_token& stop) {
  const std::stop_callback stopped(stop, [multi] { curl_multi_wakeup(multi); });
  while (!stop.stop_requested()) {
    int running = 0;
    CURLMcode step = curl_multi_perform(multi, &running);
    if (step == CURLM_OK && running > 0) step = curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
    if (step != CURLM_OK) return CURLE_FAILED_INIT;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
  }
  return std::nullopt;
}

}  // namespace

Status look_up(const std::string& host, Nanoseconds at_most, const std::stop_token& stop) {
  const std::unique_ptr<CURLM, CleanUpMulti> multi(curl_multi_init());
  const std::unique_ptr<CURL, CleanUp> easy(curl_easy_init());
  if (!multi || !easy) return Error{ErrorCode::unavailable, "libcurl cannot be used"};
  const bool six = host.find(':') != std::string::npos;
  bool found = false;
  std::array<char, CURL_ERROR_SIZE> said{};
  set_up(easy.get(), six ? "http://[" + host + "]" : "http://" + host, at_most, found, said.data());
  curl_multi_add_handle(multi.get(), easy.get());
  const std::optional<CURLcode> code = run(multi.get(), stop);
  curl_multi_remove_handle(multi.get(), easy.get());
  if (found) return ok_status();
  if (!code) return Error{ErrorCode::cancelled, "stopped"};
  if (*code == CURLE_OPERATION_TIMEDOUT) {
    return Error{ErrorCode::unavailable,
                 fmt::format("the name {} was not found in {:.3g} s; is the name server away?", host,
                             to_seconds(at_most))};
  }
  return Error{ErrorCode::unavailable, said[0] != '\0' ? said.data() : curl_easy_strerror(*code)};
}

}  // namespace vigia::http
