// WebhookCourier: posts each shot to a URL that the user chooses.
//
//   format: multipart   POST multipart/form-data: `event` (application/json), `image` (image/jpeg)
//   format: json        POST application/json: the event with `image`, the JPEG in base64
//
// The event is that of delivery/shot_json.h. Idempotency-Key is its event_id: a receiver that has seen it
// answers 2xx and drops the post. With a secret each post is signed: see signature.h.
//
// Outcome of a shot: 2xx delivers it. After 408, 425, 429, 5xx or no answer it is tried again, after
// Retry-After or with growing pauses; an unanswered post is repeated without limit, since the receiver can
// drop duplicates. 401, 403, 404, 405, 411, 415 and 3xx mean that the address or the right to post is wrong,
// not the face: it is tried again after a minute, with a log line that says what to fix. An image that is
// answered with 413 is made smaller and posted again at once, one time. 409 to a face that was posted whole
// before, or may have been by an earlier run, means that the receiver has it. Any other 4xx refuses the face
// for good. All of these, an internal error and a missing answer may concern one face or camera only
// (may_be_alone); probe() connects and sends nothing. Redirects are not followed. A shot that could not be
// sent by its deadline is not sent. When not: for FindFace, which needs other fields: see findface/. Texts
// never hold the URL's path or query (they may be the key to it), the secret, or what the receiver says.
// Threads: thread-safe. deliver() takes at most 30 s.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "delivery/courier.h"
#include "http/http.h"
#include "sinks/sinks_options.h"

namespace vigia::sinks {

// pins_file: keeps the key of the first connection (delivery.webhook.tls_pin: first_use).
http::TlsOptions webhook_tls(const WebhookOptions& options, const std::string& pins_file);

class WebhookCourier final : public delivery::Courier {
 public:
  // clock: must outlive it.
  WebhookCourier(WebhookOptions options, const std::string& pins_file, Clock& clock,
                 delivery::MakeSmaller make_smaller);

  [[nodiscard]] std::string name() const override;
  delivery::DeliveryResult deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  // A notice is posted as application/json, whatever the format: delivery/camera_notice.h.
  [[nodiscard]] bool takes_notices() const override { return options_.camera_conditions; }
  delivery::DeliveryResult tell(const delivery::CameraNotice& notice, const std::stop_token& stop) override;
  [[nodiscard]] std::optional<delivery::DeliveryResult> probe(const std::stop_token& stop) override;

 private:
  [[nodiscard]] http::HttpRequest make_request(const domain::Shot& shot) const;
  [[nodiscard]] http::HttpRequest post_of(const std::string& event_id) const;
  void sign_post(http::HttpRequest& request) const;
  delivery::DeliveryResult post(const domain::Shot& shot, const std::stop_token& stop);
  // Remembers what went out whole: the receiver may have it.
  void note_posted(const std::string& event_id);
  // A face from before this run may have been on its way when that one was killed.
  [[nodiscard]] bool may_be_there(const domain::Shot& shot);

  // Constant after construction.
  const WebhookOptions options_;
  Clock& clock_;
  const UtcTime began_;
  const delivery::MakeSmaller make_smaller_;
  http::Http http_;  // thread-safe

  // State below is protected by mutex_.
  Mutex mutex_;
  std::deque<std::string> posted_ GUARDED_BY(mutex_);  // the last events that were not delivered
};

// Connects, with TLS if the URL says so, and sends nothing, since many receivers treat any request as an
// event. Returns a description for people.
Result<std::string> try_webhook(const WebhookOptions& options, const std::string& pins_file,
                                const std::stop_token& stop);

// "https://host:port" of a URL, for people and logs.
std::string origin_of(const std::string& url);

}  // namespace vigia::sinks
