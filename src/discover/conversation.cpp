#include "discover/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/url.h"

namespace vigia::discover {
namespace {

using std::chrono_literals::operator""s;

constexpr Nanoseconds kEachQuestion = 5s;

Error error_of(const http::HttpResult& result) {
  switch (result.failure) {
    case http::HttpFailure::timeout:
      return {ErrorCode::timeout, result.text};
    case http::HttpFailure::cancelled:
      return {ErrorCode::cancelled, result.text};
    case http::HttpFailure::tls:
      return {ErrorCode::io, result.text};
    case http::HttpFailure::too_large:
      return {ErrorCode::invalid, "the answer is too large"};
    default:
      return {ErrorCode::unavailable, result.text};
  }
}

bool offers_only_basic(const std::vector<std::string>& offers) {
  return !offers.empty() && std::ranges::all_of(offers, [](const std::string& offer) {
    return lower(offer.substr(0, 5)) == "basic";
  });
}

}  // namespace

Conversation::Conversation(Login login, http::Http& http, Clock& clock, SteadyTime until)
    : login_(std::move(login)), http_(http), clock_(clock), until_(until) {}

Result<Answer> Conversation::ask_openly(const std::string& url, const Question& question,
                                        const std::stop_token& stop) {
  return exchange(url, question, LoginKind::none, stop);
}

Result<Answer> Conversation::ask(const std::string& url, const Question& question,
                                 const std::stop_token& stop) {
  if (refusal_) return *refusal_;
  Result<Answer> answer = exchange(url, question, kind_, stop);
  const auto refused = [&answer] { return !answer && answer.error().code == ErrorCode::refused; };
  if (refused() && kind_ == LoginKind::none) {
    if (!choose_kind()) return *refusal_;
    answer = exchange(url, question, kind_, stop);
  }
  if (refused() && takes_new_challenge()) answer = exchange(url, question, kind_, stop);
  if (refused()) return refuse(answer.error());
  if (answer && kind_ != LoginKind::none) accepted_ = true;
  return answer;
}

bool Conversation::choose_kind() {
  if (login_.user.empty()) {
    refusal_ = Error{ErrorCode::refused,
                     "it wants a login: give --user, with the password in VIGIA_DEFAULTS_PASSWORD or at the "
                     "prompt"};
    return false;
  }
  digest_ = HttpDigest::of(offers_);
  // Many offer Basic beside a fault that asks for a UsernameToken.
  kind_ = digest_ ? LoginKind::http_digest : LoginKind::security_header;
  return true;
}

bool Conversation::takes_new_challenge() {
  if (kind_ != LoginKind::http_digest) return false;
  std::optional<HttpDigest> next = HttpDigest::of(offers_);
  if (!next || next->nonce() == digest_->nonce() || !(next->is_stale() || accepted_)) return false;
  digest_ = std::move(next);
  return true;
}

Error Conversation::refuse(const Error& said) {
  if (accepted_) {
    return {ErrorCode::refused, fmt::format("the user {} may not ask this ({})", login_.user, said.text)};
  }
  const bool basic = kind_ == LoginKind::security_header && offers_only_basic(offers_);
  refusal_ = Error{
      ErrorCode::refused,
      fmt::format(
          "it refuses the user {} or the password ({}); it was tried once, since cameras lock accounts: "
          "check them, and that the camera has this user for ONVIF, before the next try{}",
          login_.user, said.text,
          basic ? "; or it takes only Basic, which shows the password and is not used" : "")};
  return *refusal_;
}

Result<Answer> Conversation::exchange(const std::string& url, const Question& question, LoginKind kind,
                                      const std::stop_token& stop) {
  offers_.clear();
  location_.clear();
  http::HttpRequest request;
  request.timeout = std::min<Nanoseconds>(kEachQuestion, until_ - clock_.now());
  if (request.timeout < std::chrono::milliseconds(1)) {
    return Error{ErrorCode::timeout, "it answers too slowly: its time was over"};
  }
  request.post = true;
  request.url = url;
  request.answer_at_most = kLargestXml;
  request.headers = {
      fmt::format("Content-Type: application/soap+xml; charset=utf-8; action=\"{}\"", action_of(question))};
  std::string header;
  if (kind == LoginKind::security_header) {
    header = security_header(login_,
                             clock_.utc_now() + std::chrono::duration_cast<UtcTime::duration>(clock_ahead_));
  } else if (kind == LoginKind::http_digest) {
    request.headers.push_back("Authorization: " + digest_->answer(login_, split_url(url).path));
  }
  request.body = envelope_of(question, header);
  http::HttpResult result = http_.perform(request, stop);
  offers_ = std::move(result.login_offers);
  location_ = std::move(result.location);
  return judge(result);
}

Result<Answer> Conversation::judge(const http::HttpResult& result) {
  if (result.failure != http::HttpFailure::none) return error_of(result);
  Result<Answer> answer = read_answer(result.body);
  if (result.status == 401 || (result.status == 403 && !answer)) {
    const bool fault = !answer && answer.error().code != ErrorCode::invalid;
    return Error{ErrorCode::refused,
                 fault ? answer.error().text : fmt::format("HTTP status {}", result.status)};
  }
  if (answer || answer.error().code != ErrorCode::invalid) return answer;
  if (result.status >= 200 && result.status < 300) return answer;
  return Error{ErrorCode::invalid, fmt::format("no ONVIF service there: HTTP status {}", result.status)};
}

}  // namespace vigia::discover
