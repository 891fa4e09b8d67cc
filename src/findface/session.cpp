#include "findface/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/log.h"
#include "findface/json.h"
#include "http/body.h"

namespace vigia::findface {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

constexpr Nanoseconds kListTimeout = 15s;
constexpr Nanoseconds kLogoutTimeout = 3s;
constexpr Nanoseconds kRenewBefore = 10min;
constexpr Nanoseconds kAfterWrongPassword = 5min;
constexpr Nanoseconds kAfterFailedLogin = 1s;
constexpr std::size_t kTokensKnown = 8;
constexpr Nanoseconds kLongestWait = 60min;  // the most that a server may request

std::string without_end_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// "2027-05-22T13:35:39.054Z", "...+03:00"; nothing for anything else.
std::optional<UtcTime> parse_utc(const std::string& text) {
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  if (*rest == '.')
    rest +=
        std::min(std::string_view(rest).find_first_not_of("0123456789", 1), std::string_view(rest).size());
  char sign = '\0';
  int hours = 0;
  int minutes = 0;
  const bool zoned =
      std::sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-');
  const std::chrono::minutes offset((zoned ? hours * 60 + minutes : 0) * (sign == '-' ? -1 : 1));
  constexpr std::time_t kYear2100 = 4102444800;  // a later one would not fit into nanoseconds
  const std::time_t seconds = std::clamp<std::time_t>(::timegm(&parts), 0, kYear2100);
  return std::chrono::system_clock::from_time_t(seconds) - offset;
}

Error login_error(const HttpResult& answer, const std::string& server, const Secrets& secrets) {
  const auto error = [&](ErrorCode code, std::string_view why) {
    return Error{code, fmt::format("FindFace {}: login: {}", server, why)};
  };
  switch (answer.failure) {
    case HttpFailure::none:
      break;
    case HttpFailure::cancelled:
      return error(ErrorCode::cancelled, "stopped");
    case HttpFailure::timeout:
      return error(ErrorCode::timeout, answer.text);
    case HttpFailure::tls:
      return error(ErrorCode::invalid, answer.text);
    default:
      return error(ErrorCode::unavailable, answer.text);
  }
  const std::optional<Json> json = parse_json(answer.body);
  const std::string said = json ? secrets.line(text_of(member(*json, "desc"))) : "";
  if (answer.status == 401 || answer.status == 403) {
    return error(ErrorCode::refused,
                 fmt::format("{} {}; check FINDFACE_USER and FINDFACE_PASSWORD", answer.status, said));
  }
  if (answer.status >= 300 && answer.status < 400) {
    return error(ErrorCode::invalid, fmt::format("{}: the server is at {}; set delivery.findface.url to that",
                                                 answer.status, secrets.line(answer.location)));
  }
  if (answer.status == 404)
    return error(ErrorCode::invalid, "404: no FindFace at this address; check delivery.findface.url");
  return error(ErrorCode::unavailable, fmt::format("status {} {}", answer.status, said));
}

}  // namespace

Session::Session(const FindfaceOptions& options, Http& http, Clock& clock)
    : options_(options),
      url_(without_end_slashes(options.url)),
      shown_url_(redact(url_)),
      http_(http),
      clock_(clock) {}

Status Session::log_in(const std::stop_token& stop) {
  const Result<Token> got = token(stop);
  return got ? ok_status() : Status(got.error());
}

HttpResult Session::send(const std::string& path, HttpRequest request, const std::stop_token& stop,
                         SteadyTime deadline) {
  request.url = url_ + path;
  request.headers.emplace_back();
  HttpResult answer;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Result<Token> got = token(stop);
    if (!got) return without_login(got.error());
    request.headers.back() = "Authorization: Token " + got->text;
    if (deadline != SteadyTime::max()) request.send_within = deadline - clock_.now();
    answer = http_.perform(request, stop);
    if (!answer.answered(401)) return answer;
    if (attempt == 0) reject(*got);  // a fresh token that is refused as well is kept: no loop of logins
  }
  return answer;
}

HttpResult Session::without_login(const Error& why) const {
  HttpResult answer;
  const bool cancelled = why.code == ErrorCode::cancelled;
  answer.failure = cancelled ? HttpFailure::cancelled : HttpFailure::login;
  answer.text = why.text;
  if (cancelled) return answer;
  MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  if (no_login_before_ > now + kAfterFailedLogin) answer.retry_after = no_login_before_ - now;
  return answer;
}

Status Session::last_login() const {
  MutexLock lock(mutex_);
  return last_login_;
}

HttpResult Session::get(const std::string& path, const std::stop_token& stop) {
  HttpRequest request;
  request.timeout = kListTimeout;
  HttpResult answer = send(path, std::move(request), stop);
  if (answer.failure == HttpFailure::none) note_wait(answer);
  return answer;
}

void Session::note_wait(const HttpResult& answer) {
  MutexLock lock(mutex_);
  quiet_until_ = answer.retry_after ? clock_.now() + std::min<Nanoseconds>(*answer.retry_after, kLongestWait)
                                    : SteadyTime::min();
}

Nanoseconds Session::asked_to_wait() const {
  MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  return quiet_until_ > now ? Nanoseconds(quiet_until_ - now) : Nanoseconds::zero();
}

void Session::log_out() {
  std::optional<Token> last;
  {
    MutexLock lock(mutex_);
    last.swap(token_);
  }
  if (!last) return;
  HttpRequest request;
  request.post = true;
  request.url = url_ + "/auth/logout/";
  request.headers = {"Authorization: Token " + last->text};
  request.timeout = kLogoutTimeout;
  const HttpResult answer = http_.perform(request, {});
  if (answer.answered(204) || answer.answered(200)) return;
  log::debug("FindFace {}: logout: {}", shown_url_,
             answer.failure == HttpFailure::none ? fmt::format("status {}", answer.status) : answer.text);
}

Secrets Session::secrets() const {
  Secrets secrets({options_.password, http::base64(options_.user + ":" + options_.password)});
  MutexLock lock(mutex_);
  for (const std::string& token : tokens_given_) secrets.add(token);
  return secrets;
}

Result<Session::Token> Session::token(const std::stop_token& stop) {
  {
    MutexLock lock(mutex_);
    const SteadyTime now = clock_.now();
    if (token_ && now < renew_at_) return *token_;
    if (!token_ && now < no_login_before_) return last_login_.error();
    if (logging_in_) {
      const std::uint64_t before = logins_;
      while (logins_ == before) {
        if (!login_done_.wait(lock, stop)) return Error{ErrorCode::cancelled, "stopped"};
      }
      return token_ ? Result<Token>(*token_) : last_login_.error();
    }
    logging_in_ = true;
  }
  log_in_alone(stop);
  MutexLock lock(mutex_);
  return token_ ? Result<Token>(*token_) : last_login_.error();
}

void Session::log_in_alone(const std::stop_token& stop) {
  SteadyTime renew_at;
  Result<Token> got = ask_for_token(stop, renew_at);
  {
    MutexLock lock(mutex_);
    logging_in_ = false;
    ++logins_;
    if (got) {
      got->number = logins_;
      tokens_given_.push_back(got->text);
      if (tokens_given_.size() > kTokensKnown) tokens_given_.pop_front();
      token_ = std::move(*got);
      renew_at_ = renew_at;
      last_login_ = ok_status();
      no_login_before_ = SteadyTime::min();
      log::info("FindFace {}: logged in with uuid {}", shown_url_, for_log(options_.uuid));
    } else {
      const bool wrong = got.error().code == ErrorCode::refused || got.error().code == ErrorCode::invalid;
      const bool cancelled = got.error().code == ErrorCode::cancelled;
      Nanoseconds pause = cancelled ? 0s : wrong ? kAfterWrongPassword : kAfterFailedLogin;
      if (!cancelled && quiet_until_ != SteadyTime::min()) {
        pause = std::max<Nanoseconds>(pause, quiet_until_ - clock_.now());
      }
      last_login_ = got.error();
      no_login_before_ = clock_.now() + pause;
      renew_at_ = clock_.now() + std::max<Nanoseconds>(pause, 60s);  // the old token may still be valid
    }
  }
  login_done_.notify_all();
}

Result<Session::Token> Session::ask_for_token(const std::stop_token& stop, SteadyTime& renew_at) {
  HttpRequest request;
  request.post = true;
  request.url = url_ + "/auth/login/";
  request.headers = {"Authorization: Basic " + http::base64(options_.user + ":" + options_.password),
                     "Content-Type: application/json"};
  request.body = Json{{"uuid", options_.uuid}}.dump(-1, ' ', true, Json::error_handler_t::replace);
  request.timeout = kListTimeout;
  const HttpResult answer = http_.perform(request, stop);
  if (answer.failure == HttpFailure::none) note_wait(answer);
  if (!answer.answered(200) && !answer.answered(201)) return login_error(answer, shown_url_, secrets());
  const std::optional<Json> json = parse_json(answer.body);
  Token token;
  if (json) token.text = text_of(member(*json, "token"));
  // A line break in it would end the header that carries it.
  const bool sane =
      !token.text.empty() && token.text.size() <= 4096 &&
      std::all_of(token.text.begin(), token.text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!sane) {
    return Error{
        ErrorCode::unavailable,
        fmt::format("FindFace {}: login: the answer holds no token; is this a FindFace server?", shown_url_)};
  }
  renew_at = renewal_time(text_of(member(*json, "token_expiration_datetime")));
  return token;
}

SteadyTime Session::renewal_time(const std::string& expires) const {
  const SteadyTime now = clock_.now();
  const std::optional<UtcTime> end = parse_utc(expires);
  if (!end) return now + std::chrono::hours(24);
  // From here on the steady clock counts, as the time of day may jump. A lifetime shorter than the margin, or
  // a server whose clock is behind, must not cause a login for each request.
  const Nanoseconds left = std::min<Nanoseconds>(*end - clock_.utc_now(), std::chrono::hours(24 * 30));
  return now + std::max<Nanoseconds>({left - kRenewBefore, left / 2, 60s});
}

void Session::reject(const Token& token) {
  MutexLock lock(mutex_);
  if (token_ && token_->number == token.number) {
    token_.reset();
    no_login_before_ = SteadyTime::min();
  }
}

}  // namespace vigia::findface
