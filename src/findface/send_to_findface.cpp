#include "findface/send_to_findface.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/log.h"
#include "findface/camera_list.h"
#include "findface/event_form.h"
#include "findface/event_reply.h"
#include "findface/json.h"

namespace vigia::findface {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""min;

constexpr Nanoseconds kLongestSending = 10min;  // even if it never stalls
constexpr int kLongestWait = 4;                 // times PostLimits::timeout

// For a shot that was not posted: says nothing about the server.
DeliveryResult refused(std::string text) {
  return {.outcome = DeliveryResult::Outcome::refused,
          .after = std::nullopt,
          .text = std::move(text),
          .tells_nothing = true};
}

DeliveryResult retry(std::string text, bool tells_nothing, std::optional<Nanoseconds> after = std::nullopt) {
  return {.outcome = DeliveryResult::Outcome::retry,
          .after = after,
          .text = std::move(text),
          .tells_nothing = tells_nothing};
}

// FindFace itself refuses the request, in its own form: the user has no right to it, for example. A proxy's
// refusal has another form; a 401 (a new login did not help) and "not now" are of every request.
bool is_refused_by_findface(const HttpResult& answer) {
  if (answer.failure != HttpFailure::none || answer.status < 400 || answer.status >= 500) return false;
  constexpr std::array kOfEveryRequest{401, 408, 425, 429};
  if (std::ranges::find(kOfEveryRequest, answer.status) != kOfEveryRequest.end()) return false;
  return !text_of(member(parse_json(answer.body).value_or(Json()), "code")).empty();
}

std::string size_of(const domain::Shot& shot) {
  return fmt::format("{}x{}", shot.jpeg->size.width, shot.jpeg->size.height);
}

}  // namespace

DeliveryResult SendToFindface::deliver(const domain::Shot& shot, const std::stop_token& stop) {
  if (!shot.jpeg || shot.jpeg->bytes.empty()) return refused("there is no image");
  if (!shot.camera_id) {
    return refused(
        fmt::format("FindFace needs the camera's number: set id (and token) of camera '{}' to FindFace's in "
                    "the settings, or "
                    "leave out 'cameras' and take them from FindFace",
                    shot.camera));
  }
  const domain::Shot sent = within_limits(shot);
  EventReply reply = post(sent, stop);
  if (reply.too_large) reply = post_smaller(sent, std::move(reply), stop);
  const bool is_there = reply.delivery.outcome == DeliveryResult::Outcome::delivered;
  if (is_there && shot.clock_unset && !said_clock_unset_.exchange(true)) {
    log::warn(
        "{}: has a face with the time {}, which is wrong: this machine's clock was not set; the summary "
        "counts such faces as clock_unset",
        name(), format_utc(told_time(shot)));
  }
  return std::move(reply.delivery);
}

std::optional<DeliveryResult> SendToFindface::probe(const std::stop_token& stop) {
  const HttpResult answer = session_.get("/camera-groups/?ordering=id&limit=1", stop);
  if (is_refused_by_findface(answer)) return std::nullopt;
  std::string why = answer.text;
  if (answer.answered(200)) {
    if (parse_groups(answer.body)) return std::nullopt;
    why = "200 with an answer that is not FindFace's";
  } else if (answer.failure == HttpFailure::none) {
    why = fmt::format("status {}", answer.status);
  }
  return retry("the server does not answer a query: " + why, answer.failure == HttpFailure::cancelled,
               answer.retry_after);
}

EventReply SendToFindface::post_smaller(const domain::Shot& shot, EventReply too_large,
                                        const std::stop_token& stop) {
  const std::optional<domain::Shot> smaller = make_smaller_(shot);
  if (!smaller) {
    too_large.delivery.text += ", and it could not be made smaller";
    return too_large;
  }
  const std::string change = fmt::format("{} instead of {}", size_of(*smaller), size_of(shot));
  if (!said_too_large_.exchange(true)) {
    log::warn(
        "{}: does not take images of {} bytes; such ones are sent again smaller, {}; let it (or the proxy "
        "before it) take more, or lower jpeg_quality",
        name(), shot.jpeg->bytes.size(), change);
  }
  EventReply reply = post(*smaller, stop);
  reply.delivery.text += " (with an image of " + change + ")";
  return reply;
}

domain::Shot SendToFindface::within_limits(const domain::Shot& shot) const {
  domain::Shot fitting = shot;
  const auto is_beyond = [this](const domain::Jpeg& jpeg) {
    return jpeg.bytes.size() > limits_.image_bytes ||
           std::max(jpeg.size.width, jpeg.size.height) > limits_.image_side;
  };
  while (is_beyond(*fitting.jpeg)) {
    std::optional<domain::Shot> smaller = make_smaller_(fitting);
    if (!smaller || smaller->jpeg->size == fitting.jpeg->size) break;  // the server may take it all the same
    fitting = *std::move(smaller);
  }
  return fitting;
}

EventReply SendToFindface::post(const domain::Shot& shot, const std::stop_token& stop) {
  // A shot from an earlier run may belong to a camera that this run does not watch: the server has its token.
  const std::string known = tokens_.find(*shot.camera_id).value_or("");
  EventReply reply{
      .delivery = unknown_camera(fmt::format("FindFace has no camera {} (any more)", *shot.camera_id)),
      .camera_unknown = true};
  if (!known.empty()) reply = post(shot, known, stop);
  if (!reply.camera_unknown) return reply;
  const Result<std::optional<std::string>> changed = changed_token(*shot.camera_id, known, stop);
  if (!changed) {
    const Nanoseconds wait = session_.asked_to_wait();
    DeliveryResult delivery = retry("the camera's token cannot be fetched: " + changed.error().text,
                                    changed.error().code == ErrorCode::cancelled,
                                    wait > Nanoseconds::zero() ? std::optional(wait) : std::nullopt);
    delivery.may_be_alone = true;
    return {.delivery = std::move(delivery)};
  }
  if (*changed) return post(shot, **changed, stop);
  reply.delivery.text += "; is it (still) active and an external detector in FindFace?";
  return reply;
}

EventReply SendToFindface::post(const domain::Shot& shot, const std::string& camera_token,
                                const std::stop_token& stop) {
  EventForm form = make_event_form(shot, camera_token);
  HttpRequest request;
  request.post = true;
  request.once = true;
  request.going_out = shot.going_out;
  request.headers = {"Content-Type: " + form.content_type};
  request.body = std::move(form.body);
  request.answer_within = answer_within_.load();
  request.timeout = *request.answer_within + kLongestSending;
  request.stall = limits_.stall;
  request.answer_at_most = 1_MiB;
  const Nanoseconds waited = *request.answer_within;
  const HttpResult answer = session_.send("/events/faces/add/", std::move(request), stop, shot.deadline);
  if (answer.failure == HttpFailure::timeout && answer.sent_whole) wait_longer(waited);
  Secrets secrets = session_.secrets();
  secrets.add(camera_token);
  EventReply reply = read_event_reply(answer, secrets);
  reply.delivery.text = secrets.hidden_in(reply.delivery.text);
  return reply;
}

void SendToFindface::wait_longer(Nanoseconds than) {
  const Nanoseconds longer = std::min(than * 2, limits_.timeout * kLongestWait);
  Nanoseconds now = answer_within_.load();
  while (now < longer && !answer_within_.compare_exchange_weak(now, longer)) continue;
  if (now >= longer) return;
  log::warn(
      "{}: did not answer a face within {:.0f} s; from now on Vigia waits for {:.0f} s (raise "
      "delivery.findface.post_timeout so that no face is sent twice)",
      name(), to_seconds(than), to_seconds(longer));
}

Result<std::optional<std::string>> SendToFindface::changed_token(std::int64_t camera_id,
                                                                 const std::string& old,
                                                                 const std::stop_token& stop) {
  // Another sender may have fetched it meanwhile.
  if (const std::optional<std::string> known = tokens_.find(camera_id); known && *known != old) return known;
  const Result<std::string> fresh = fetch_camera_token(session_, camera_id, stop);
  if (!fresh) return fresh.error();
  if (fresh->empty() || *fresh == old) return std::optional<std::string>();
  if (!old.empty()) log::info("FindFace {}: camera {} has a new token", session_.shown_url(), camera_id);
  tokens_.set(camera_id, *fresh);
  return std::optional(*fresh);
}

}  // namespace vigia::findface
