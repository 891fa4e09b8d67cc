// Asks one device questions, and logs in when it wants that: as it asks, by HTTP Digest where it offers it,
// else by a UsernameToken. Without a login as long as the device answers so.
//
// Guarantee: a password that the device refused is not sent a second time, because cameras lock accounts
// after a few failures; every later question then fails at once. A device whose clock is wrong is asked by
// its own clock. Each question has 5 s, all together the time that they are given; a stop ends one at once.
// Errors: refused (log in, or the login is refused; the text says what to do), not_found (a fault: it does
// not offer this), invalid (not ONVIF), unavailable (no connection, or it broke), timeout, cancelled, io (its
// certificate).
// Threads: one thread at a time.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "discover/device.h"
#include "discover/login.h"
#include "discover/soap.h"
#include "http/http.h"

namespace vigia::discover {

class Conversation {
 public:
  // http, clock: outlive it. until: when all of it has to be over.
  Conversation(Login login, http::Http& http, Clock& clock, SteadyTime until);

  // Never with a login: for what devices tell everybody.
  Result<Answer> ask_openly(const std::string& url, const Question& question, const std::stop_token& stop);
  Result<Answer> ask(const std::string& url, const Question& question, const std::stop_token& stop);

  // The device's clock is so far ahead of ours.
  void set_clock_ahead(Nanoseconds ahead) noexcept { clock_ahead_ = ahead; }
  void set_until(SteadyTime until) noexcept { until_ = until; }
  // What was accepted.
  [[nodiscard]] LoginKind login_kind() const noexcept { return accepted_ ? kind_ : LoginKind::none; }
  // Where the last request was redirected to; empty: nowhere.
  [[nodiscard]] const std::string& location() const noexcept { return location_; }

 private:
  Result<Answer> exchange(const std::string& url, const Question& question, LoginKind kind,
                          const std::stop_token& stop);
  Result<Answer> judge(const http::HttpResult& result);
  // Chooses how to log in, by what the device offered. False: it cannot be done; refusal_ says why.
  bool choose_kind();
  // Whether the same question, asked again by the new challenge, is no second try of a refused password.
  bool takes_new_challenge();
  Error refuse(const Error& said);

  const Login login_;
  http::Http& http_;
  Clock& clock_;

  // State: owner thread only.
  SteadyTime until_;
  Nanoseconds clock_ahead_{0};
  LoginKind kind_ = LoginKind::none;
  bool accepted_ = false;
  std::optional<HttpDigest> digest_;
  std::optional<Error> refusal_;
  std::vector<std::string> offers_;  // of the last answer
  std::string location_;
};

}  // namespace vigia::discover
