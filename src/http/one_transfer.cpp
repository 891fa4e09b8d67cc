#include "http/one_transfer.h"

#include <fmt/format.h>

#include <chrono>

#include "base/url.h"

namespace vigia::http {
namespace {

constexpr int kPollMs = 1000;

}  // namespace

OneTransfer::OneTransfer() : multi_(curl_multi_init()), easy_(curl_easy_init()) {}

OneTransfer::~OneTransfer() {
  if (usable()) curl_multi_remove_handle(multi_.get(), easy_.get());
}

void OneTransfer::set_connect_only(const std::string& url, Nanoseconds at_most) {
  const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(easy_.get(), option, value); };
  const auto ms = static_cast<long>(at_most / std::chrono::milliseconds(1));
  host_ = split_url(url).host;
  at_most_ = at_most;
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  // The system's resolver cannot be interrupted: libcurl leaves its thread to end by itself.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, ms);
  set(CURLOPT_TIMEOUT_MS, ms);
  set(CURLOPT_ERRORBUFFER, said_.data());
}

std::optional<CURLcode> OneTransfer::run(const std::stop_token& stop) {
  curl_multi_add_handle(multi_.get(), easy_.get());
  const std::stop_callback stopped(stop, [this] { curl_multi_wakeup(multi_.get()); });
  while (!stop.stop_requested()) {
    int running = 0;
    CURLMcode step = curl_multi_perform(multi_.get(), &running);
    if (step == CURLM_OK && running > 0) step = curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr);
    if (step != CURLM_OK) return CURLE_FAILED_INIT;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
  }
  return std::nullopt;
}

std::string OneTransfer::said(CURLcode code) const {
  curl_off_t looked_up = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
  if (code == CURLE_OPERATION_TIMEDOUT && looked_up == 0) {
    return fmt::format("the name {} was not found in {:.3g} s; is the name server away?", host_,
                       to_seconds(at_most_));
  }
  return said_.front() != '\0' ? said_.data() : curl_easy_strerror(code);
}

}  // namespace vigia::http
