// One transfer at a time over one libcurl handle, which keeps its connection between transfers. Used by this
// folder only; Http owns the pool of them.
// Threads: one thread at a time.
#pragma once

#include <curl/curl.h>

#include <array>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/http.h"
#include "http/tls_guard.h"

namespace vigia::http {

// State of a request body that may be sent only once: the part that libcurl has not taken yet.
struct OnceBody {
  std::string_view unsent;
  const std::function<void()>* going_out = nullptr;  // the request's
  SteadyTime send_by = SteadyTime::max();
  bool late = false;  // send_by had passed when going_out returned
};

class Call {
 public:
  Call();
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  HttpResult perform(const HttpRequest& request, const TlsOptions& tls, const std::stop_token& stop);

 private:
  // How far a transfer has come.
  struct TransferProgress {
    bool connected = false;  // with TLS
    curl_off_t sent = 0;     // of the body
    curl_off_t received = 0;
    const char* before_connected = "";
  };

  void set_up(const HttpRequest& request);
  // Both return nothing if stopped. send() follows HttpRequest::once.
  std::optional<CURLcode> send(const HttpRequest& request, const std::stop_token& stop);
  std::optional<CURLcode> transfer(const HttpRequest& request, const std::stop_token& stop);
  [[nodiscard]] bool stalls(const HttpRequest& request);
  // True if all of it was sent, and answer_within has passed since then.
  [[nodiscard]] bool is_unanswered(const HttpRequest& request);
  // True if send_within has passed, and a part of it is still unsent.
  [[nodiscard]] bool is_late(const HttpRequest& request) const;
  [[nodiscard]] int poll_ms(const HttpRequest& request) const;
  // True if the transfer failed because it reused a connection that was dead.
  [[nodiscard]] bool was_stale(CURLcode code) const;
  void read_answer(HttpResult& result) const;
  void explain(CURLcode code, const HttpRequest& request, const TlsOptions& tls, HttpResult& result) const;
  [[nodiscard]] TransferProgress progress() const;

  TlsGuard tls_guard_;  // before the handles: connections use it to their end
  CURL* const easy_;
  CURLM* const multi_;
  std::array<char, CURL_ERROR_SIZE> error_{};

  // State of the present transfer.
  OnceBody once_;
  curl_off_t sent_before_ = 0;
  SteadyTime sent_at_;
  bool stalled_ = false;
  std::optional<SteadyTime> sent_whole_at_;
  SteadyTime send_by_;
  bool late_ = false;
};

}  // namespace vigia::http
