// A libcurl handle with a loop of its own, for one transfer that a stop ends at once. Used by this folder
// only. Threads: one thread at a time.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"

namespace vigia::http {

class OneTransfer {
 public:
  OneTransfer();
  ~OneTransfer();
  OneTransfer(const OneTransfer&) = delete;
  OneTransfer& operator=(const OneTransfer&) = delete;

  [[nodiscard]] bool usable() const noexcept { return easy_ && multi_; }
  // REQUIRES: usable().
  [[nodiscard]] CURL* easy() noexcept { return easy_.get(); }

  // To connect to the url's server, and no more. No proxy is asked. REQUIRES: usable().
  void set_connect_only(const std::string& url, Nanoseconds at_most);
  // Nothing: stopped. The connection stays until the end. Once.
  std::optional<CURLcode> run(const std::stop_token& stop);
  // Why it failed: libcurl's own text, or that the host was not found in time.
  [[nodiscard]] std::string said(CURLcode code) const;

 private:
  struct CleanUp {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct CleanUpMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };
  const std::unique_ptr<CURLM, CleanUpMulti> multi_;
  const std::unique_ptr<CURL, CleanUp> easy_;
  std::array<char, CURL_ERROR_SIZE> said_{};
  std::string host_;
  Nanoseconds at_most_{0};
};

}  // namespace vigia::http
