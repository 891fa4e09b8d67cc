#include "sinks/webhook_courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/url.h"
#include "delivery/camera_notice.h"
#include "delivery/shot_json.h"
#include "http/body.h"
#include "sinks/signature.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

constexpr Nanoseconds kPostTimeout = 30s;
constexpr Nanoseconds kTryTimeout = 10s;
constexpr Nanoseconds kAfterWrongAddress = 60s;  // somebody has to fix something first
constexpr Nanoseconds kAfterTls = 5min;
constexpr std::size_t kPostsKnown = 1000;  // faces that were tried and are not delivered yet

DeliveryResult retry(std::string text, std::optional<Nanoseconds> after = std::nullopt) {
  return {.outcome = DeliveryResult::Outcome::retry, .after = after, .text = std::move(text)};
}

DeliveryResult refused(std::string text) {
  return {.outcome = DeliveryResult::Outcome::refused, .after = std::nullopt, .text = std::move(text)};
}

// For answers that may concern only this face, or its camera.
DeliveryResult retry_it(std::string text, std::optional<Nanoseconds> after = std::nullopt) {
  DeliveryResult result = retry(std::move(text), after);
  result.may_be_alone = true;
  return result;
}

DeliveryResult read_failure(const http::HttpResult& answer) {
  switch (answer.failure) {
    case http::HttpFailure::tls:
      return retry(answer.text, kAfterTls);
    case http::HttpFailure::late:
      return delivery::too_late(answer.text);
    case http::HttpFailure::cancelled: {
      DeliveryResult stopped = retry(answer.text);
      stopped.tells_nothing = true;
      return stopped;
    }
    default:
      return answer.sent_whole ? retry_it(answer.text) : retry(answer.text);
  }
}

DeliveryResult delivered(std::string text) {
  return {.outcome = DeliveryResult::Outcome::delivered, .after = std::nullopt, .text = std::move(text)};
}

DeliveryResult read_answer(const http::HttpResult& answer, bool posted_before) {
  if (answer.failure != http::HttpFailure::none) return read_failure(answer);
  const int status = answer.status;
  if (status >= 200 && status < 300) return delivered(fmt::format("{}", status));
  switch (status) {
    case 408:
    case 425:
    case 429:
    case 503:
      return retry(fmt::format("{}: the receiver is not ready", status), answer.retry_after);
    case 401:
    case 403:
      return retry_it(fmt::format("{}: the receiver does not accept the sender; do VIGIA_WEBHOOK_SECRET and "
                                  "delivery.webhook.url fit what it expects?",
                                  status),
                      kAfterWrongAddress);
    case 404:
    case 405:
    case 411:
    case 415:
      return retry_it(fmt::format("{}: nothing accepts such posts there; are delivery.webhook.url and "
                                  "delivery.webhook.format right, and is the receiver running?",
                                  status),
                      kAfterWrongAddress);
    case 409:
      if (posted_before) return delivered("409: the receiver has it from an earlier attempt");
      break;
    default:
      break;
  }
  if (status >= 500) return retry_it(fmt::format("{}: the receiver failed", status), answer.retry_after);
  if (status >= 400) return refused(fmt::format("{}: the receiver refuses it", status));
  return retry_it(
      fmt::format("{}: the receiver points elsewhere{}, which is not followed; set delivery.webhook.url "
                  "to where it is",
                  status, answer.location.empty() ? "" : " (" + origin_of(answer.location) + ")"),
      kAfterWrongAddress);
}

// Connects, with TLS if the URL says so, and sends nothing.
http::HttpRequest connection_only(const WebhookOptions& options) {
  http::HttpRequest request;
  request.url = options.url;
  request.connect_only = true;
  request.timeout = kTryTimeout;
  return request;
}

}  // namespace

std::string origin_of(const std::string& url) {
  const UrlParts parts = split_url(url);
  if (!parts.has_host) return "?";
  return std::string(parts.scheme) + "://" + std::string(parts.server);
}

http::TlsOptions webhook_tls(const WebhookOptions& options, const std::string& pins_file) {
  return {.ca_file = options.ca_file,
          .pin = options.tls_pin,
          .insecure = options.tls_insecure,
          .pins_file = pins_file,
          .section = "delivery.webhook"};
}

WebhookCourier::WebhookCourier(WebhookOptions options, const std::string& pins_file, Clock& clock,
                               delivery::MakeSmaller make_smaller)
    : options_(std::move(options)),
      clock_(clock),
      began_(clock.utc_now()),
      make_smaller_(std::move(make_smaller)),
      http_(webhook_tls(options_, pins_file)) {}

std::string WebhookCourier::name() const {
  return "webhook " + origin_of(options_.url);
}

DeliveryResult WebhookCourier::deliver(const domain::Shot& shot, const std::stop_token& stop) {
  if (!shot.jpeg || shot.jpeg->bytes.empty()) return refused("there is no image");
  DeliveryResult result = post(shot, stop);
  if (result.outcome == DeliveryResult::Outcome::delivered) {
    MutexLock lock(mutex_);
    std::erase(posted_, delivery::event_id(shot));
  }
  return result;
}

DeliveryResult WebhookCourier::post(const domain::Shot& shot, const std::stop_token& stop) {
  const bool posted_before = may_be_there(shot);
  const auto answer_to = [&](const domain::Shot& sent) {
    http::HttpRequest request = make_request(sent);
    if (shot.deadline != SteadyTime::max()) request.send_within = shot.deadline - clock_.now();
    return http_.perform(request, stop);
  };
  const http::HttpResult answer = answer_to(shot);
  if (answer.sent_whole && !posted_before) note_posted(delivery::event_id(shot));
  if (!answer.answered(413)) return read_answer(answer, posted_before);
  const std::optional<domain::Shot> smaller = make_smaller_(shot);
  if (!smaller)
    return refused("413: the image is larger than the receiver takes, and cannot be made smaller");
  DeliveryResult result = read_answer(answer_to(*smaller), posted_before);
  result.text +=
      fmt::format(" (with an image of {}x{} instead of {}x{}, which is too large)", smaller->jpeg->size.width,
                  smaller->jpeg->size.height, shot.jpeg->size.width, shot.jpeg->size.height);
  return result;
}

void WebhookCourier::note_posted(const std::string& event_id) {
  MutexLock lock(mutex_);
  posted_.push_back(event_id);
  if (posted_.size() > kPostsKnown) posted_.pop_front();
}

bool WebhookCourier::may_be_there(const domain::Shot& shot) {
  if (shot.captured < began_) return true;
  MutexLock lock(mutex_);
  return std::ranges::find(posted_, delivery::event_id(shot)) != posted_.end();
}

std::optional<DeliveryResult> WebhookCourier::probe(const std::stop_token& stop) {
  const http::HttpResult answer = http_.perform(connection_only(options_), stop);
  if (answer.failure == http::HttpFailure::none) return std::nullopt;
  return read_failure(answer);
}

DeliveryResult WebhookCourier::tell(const delivery::CameraNotice& notice, const std::stop_token& stop) {
  http::HttpRequest request = post_of(delivery::event_id(notice));
  request.headers.emplace_back("Content-Type: application/json");
  request.body = delivery::dump_json(delivery::notice_json(notice));
  sign_post(request);
  return read_answer(http_.perform(request, stop), false);
}

http::HttpRequest WebhookCourier::post_of(const std::string& event_id) const {
  http::HttpRequest request;
  request.post = true;
  request.url = options_.url;
  request.timeout = kPostTimeout;
  request.answer_at_most = 1_MiB;
  request.headers = {"Idempotency-Key: " + event_id};
  return request;
}

http::HttpRequest WebhookCourier::make_request(const domain::Shot& shot) const {
  http::HttpRequest request = post_of(delivery::event_id(shot));
  delivery::EventJson event = delivery::shot_json(shot);
  if (options_.format == "json") {
    event["image"] = http::base64(http::as_text(shot.jpeg->bytes));
    request.headers.emplace_back("Content-Type: application/json");
    request.body = delivery::dump_json(event);
  } else {
    http::Multipart form;
    form.add_field("event", "application/json", delivery::dump_json(event));
    form.add_file("image", "image.jpg", "image/jpeg", shot.jpeg->bytes);
    request.headers.push_back("Content-Type: " + form.content_type());
    request.body = std::move(form).body();
  }
  sign_post(request);
  return request;
}

void WebhookCourier::sign_post(http::HttpRequest& request) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.utc_now());
  const std::string timestamp = std::to_string(now.time_since_epoch().count());
  request.headers.push_back("X-Vigia-Timestamp: " + timestamp);
  if (!options_.secret.empty()) {
    request.headers.push_back("X-Vigia-Signature: " + sign(options_.secret, timestamp, request.body));
  }
}

Result<std::string> try_webhook(const WebhookOptions& options, const std::string& pins_file,
                                const std::stop_token& stop) {
  http::TlsOptions tls = webhook_tls(options, pins_file);
  tls.keeps_first = false;
  http::Http http(tls);
  const http::HttpResult answer = http.perform(connection_only(options), stop);
  const std::string origin = origin_of(options.url);
  if (answer.failure != http::HttpFailure::none) {
    return Error{ErrorCode::unavailable, fmt::format("{}: {}", origin, answer.text)};
  }
  return fmt::format("{} is there, nothing was sent; posts are {}", origin,
                     options.secret.empty() ? "not signed: VIGIA_WEBHOOK_SECRET is not set" : "signed");
}

}  // namespace vigia::sinks
