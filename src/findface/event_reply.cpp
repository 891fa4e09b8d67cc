#include "findface/event_reply.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/text.h"
#include "findface/json.h"

namespace vigia::findface {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

constexpr Nanoseconds kAfterWrongAnswer = 60s;  // somebody has to fix something first
constexpr Nanoseconds kAfterTls = 5min;
constexpr int kInternalErrors = 3;

DeliveryResult retry(std::string text, std::optional<Nanoseconds> after = std::nullopt) {
  return {.outcome = DeliveryResult::Outcome::retry, .after = after, .text = std::move(text)};
}

DeliveryResult refused(std::string text, domain::Reason reason = domain::Reason::refused) {
  return {.outcome = DeliveryResult::Outcome::refused,
          .reason = reason,
          .after = std::nullopt,
          .text = std::move(text)};
}

bool says_no_face(std::string_view text) {
  return lower(text).find("zero objects") != std::string::npos;
}

DeliveryResult read_failure(const HttpResult& answer) {
  switch (answer.failure) {
    case HttpFailure::tls:
      return retry(answer.text, kAfterTls);
    case HttpFailure::login:
      return retry(answer.text, answer.retry_after);
    case HttpFailure::connect:
      return retry(answer.text);
    case HttpFailure::late:
      return delivery::too_late(answer.text);
    case HttpFailure::cancelled: {
      DeliveryResult delivery = retry(answer.text);
      delivery.maybe_delivered = answer.sent_whole;
      delivery.tells_nothing = true;
      return delivery;
    }
    default:
      break;
  }
  DeliveryResult delivery = retry(answer.text);
  delivery.maybe_delivered = delivery.may_be_alone = answer.sent_whole;
  return delivery;
}

// A 200 does not mean that an event was created: count them.
EventReply read_success(const HttpResult& answer, const Secrets& secrets) {
  const std::optional<Json> json = parse_json(answer.body);
  if (!json || !json->is_object()) {
    DeliveryResult delivery = retry(fmt::format("{} with an answer that is not FindFace's", answer.status));
    delivery.maybe_delivered = delivery.by_proxy = delivery.may_be_alone = true;
    return {.delivery = std::move(delivery)};
  }
  std::string errors;
  for (const Json& error : member(*json, "errors")) {
    errors += (errors.empty() ? "" : "; ") + (error.is_string() ? text_of(error) : error.dump());
  }
  const Json& events = member(*json, "events");
  if (!events.is_array() || events.empty()) {
    const domain::Reason reason = says_no_face(errors) ? domain::Reason::no_face : domain::Reason::refused;
    return {refused(
        fmt::format("no event was made: {}", errors.empty() ? "no reason given" : secrets.line(errors)),
        reason)};
  }
  // Ids are 64 bits wide, and some servers send them as text: they stay text here.
  const Json& id = events.front();
  std::string text = "event " + secrets.line(id.is_string() ? text_of(id) : id.dump());
  if (!errors.empty()) text += ", with errors: " + secrets.line(errors);
  return {{.outcome = DeliveryResult::Outcome::delivered, .after = std::nullopt, .text = std::move(text)}};
}

EventReply read_client_error(const HttpResult& answer, const Secrets& secrets) {
  const Json json = parse_json(answer.body).value_or(Json());
  const std::string desc = text_of(member(json, "desc"));
  const std::string param = text_of(member(json, "param"));
  const std::string text = fmt::format(
      "{} {}{}{}", answer.status, secrets.line(text_of(member(json, "code"))),
      desc.empty() ? "" : ": " + secrets.line(desc), param.empty() ? "" : " (" + secrets.line(param) + ")");
  switch (answer.status) {
    case 400:
      if (says_no_face(desc)) return {refused(text, domain::Reason::no_face)};
      if (param == "camera") return {unknown_camera(text), true};
      return {refused(text)};
    case 401:
      return {
          retry(text + ": a new login did not help; is the licence valid, the user allowed to post events?",
                kAfterWrongAnswer)};
    case 403:
    case 404:
      return {unknown_camera(text), true};
    case 408:
    case 425:
    case 429:
      return {retry(text, answer.retry_after)};
    case 413:
      return {.delivery = refused(text + ": the image is larger than the server takes"), .too_large = true};
    default:
      return {refused(text)};
  }
}

// 503: the event was not accepted. 502 and 504 come from a proxy: the server broke off or did not answer in
// time, and may have accepted a request that was sent whole. A 502 may also mean that there is no server at
// all.
EventReply read_gateway_error(const HttpResult& answer) {
  DeliveryResult delivery =
      retry(fmt::format("{}: the server is not ready", answer.status), answer.retry_after);
  delivery.may_be_alone = answer.status != 503;
  delivery.maybe_delivered = delivery.may_be_alone && answer.sent_whole;
  delivery.by_proxy = answer.status == 502;
  return {.delivery = std::move(delivery)};
}

}  // namespace

DeliveryResult unknown_camera(std::string text) {
  DeliveryResult delivery = retry(std::move(text), kAfterWrongAnswer);
  delivery.may_be_alone = true;
  return delivery;
}

EventReply read_event_reply(const HttpResult& answer, const Secrets& secrets) {
  if (answer.failure != HttpFailure::none) return {read_failure(answer)};
  if (answer.status == 200 || answer.status == 201) return read_success(answer, secrets);
  if (answer.status >= 400 && answer.status < 500) return read_client_error(answer, secrets);
  if (answer.status == 502 || answer.status == 503 || answer.status == 504) return read_gateway_error(answer);
  if (answer.status >= 500) {
    // The cause may be this shot or the server: a few attempts show which.
    DeliveryResult delivery =
        retry(fmt::format("{}: the server's internal error", answer.status), answer.retry_after);
    delivery.attempts_at_most = kInternalErrors;
    delivery.may_be_alone = true;
    return {.delivery = std::move(delivery)};
  }
  return {
      retry(fmt::format("{}: the server points elsewhere: {}; set delivery.findface.url to where it is",
                        answer.status, answer.location.empty() ? "nowhere" : secrets.line(answer.location)),
            kAfterWrongAnswer)};
}

}  // namespace vigia::findface
