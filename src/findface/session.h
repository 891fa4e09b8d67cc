// Vigia's login at one FindFace server: gets a token, renews it, and sends requests with it.
//
// One login serves all threads: while one logs in the others wait for its result, also if it fails. A new
// token is fetched 10 minutes before the old one expires, and after a 401; a request that got a 401 is
// repeated once with the new token. A wrong password is tried again after 5 minutes at the earliest, an
// unreachable server after 1 s, and never before the server's Retry-After (at most an hour). The server keeps
// one token per uuid: two running Vigias with the same uuid log each other out. Each login logs the uuid.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "findface/findface_options.h"
#include "findface/secrets.h"
#include "http/http.h"

namespace vigia::findface {

using http::Http;
using http::HttpFailure;
using http::HttpRequest;
using http::HttpResult;

class Session {
 public:
  // Both must outlive the session. REQUIRES: options.uuid (installation_uuid.h). Nothing is sent yet.
  Session(const FindfaceOptions& options, Http& http, Clock& clock);

  // Gets a token unless there is one. For `vigia check` and the start; send() logs in by itself.
  // Errors: refused (user or password), unavailable, timeout, cancelled, invalid (the answer makes no sense).
  Status log_in(const std::stop_token& stop);

  // path: "/cameras/?..." on the server. Adds the address and the token to the request.
  // A failed login is HttpFailure::login, with retry_after if it is known. deadline: a request not sent by
  // then, the time for a login included, is given up: HttpFailure::late.
  HttpResult send(const std::string& path, HttpRequest request, const std::stop_token& stop,
                  SteadyTime deadline = SteadyTime::max());
  HttpResult get(const std::string& path, const std::stop_token& stop);

  // Why the last login failed; ok: it succeeded, or there was none.
  [[nodiscard]] Status last_login() const;
  // How long not to request tokens and lists, by the last Retry-After of such an answer, at most an hour;
  // zero: no limit.
  [[nodiscard]] Nanoseconds asked_to_wait() const;

  // Takes at most 3 s; failures are ignored.
  void log_out();

  // "https://host:8000", without credentials, for logs.
  [[nodiscard]] const std::string& shown_url() const { return shown_url_; }
  // Secrets that no text may show: the password, its encoded form, the last tokens.
  [[nodiscard]] Secrets secrets() const;

 private:
  struct Token {
    std::string text;
    std::uint64_t number = 0;  // counts logins
  };

  Result<Token> token(const std::stop_token& stop);
  void log_in_alone(const std::stop_token& stop) EXCLUDES(mutex_);
  Result<Token> ask_for_token(const std::stop_token& stop, SteadyTime& renew_at);
  void note_wait(const HttpResult& answer) EXCLUDES(mutex_);
  [[nodiscard]] HttpResult without_login(const Error& why) const;
  [[nodiscard]] SteadyTime renewal_time(const std::string& expires) const;
  void reject(const Token& token);

  // Constant after construction.
  const FindfaceOptions options_;
  const std::string url_;
  const std::string shown_url_;
  Http& http_;
  Clock& clock_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  CondVar login_done_;
  bool logging_in_ GUARDED_BY(mutex_) = false;
  std::uint64_t logins_ GUARDED_BY(mutex_) = 0;  // finished, well or not
  std::optional<Token> token_ GUARDED_BY(mutex_);
  std::deque<std::string> tokens_given_ GUARDED_BY(mutex_);  // the last ones, also those no longer valid
  SteadyTime renew_at_ GUARDED_BY(mutex_);
  Status last_login_ GUARDED_BY(mutex_);  // why there is no token
  SteadyTime no_login_before_ GUARDED_BY(mutex_) = SteadyTime::min();
  SteadyTime quiet_until_ GUARDED_BY(mutex_) = SteadyTime::min();  // by Retry-After
};

}  // namespace vigia::findface
