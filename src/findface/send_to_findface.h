// SendToFindface: the courier that posts each shot as a face event to FindFace Multi.
//
// Every row of FindFace's error table has its answer in event_reply.h. Beyond that table:
// - 403, 404 or an unknown camera: the camera's token is fetched; if it changed the shot is posted again at
//   once. If it is the same, or the server no longer has the camera, the shot waits for a minute, with
//   may_be_alone: a camera that was changed in FindFace for a moment must not lose faces.
// - An internal error, a gateway's error, a 200 that is not from FindFace, or no answer to a whole post may
//   concern the shot alone or every request: may_be_alone. probe() is a small query, for the camera groups,
//   which must be answered as FindFace does, be it with a refusal: the user may not list them, for example.
// - A missing token of a camera is fetched in the same way: a shot from an earlier run may belong to a
//   camera that this run does not watch. Where the server does not give the token, the shot may_be_alone.
// - A shot without camera id is refused: it can never be posted. The text says which setting to set.
// - An image beyond FindFace's limits (10 MB, 6000 pixels) is made smaller before it is sent. An image that
//   the server answers with 413 is made smaller and posted again at once, one time; another 413 refuses the
//   shot.
// - An answer that does not come in PostLimits::timeout makes later posts wait twice as long, up to four
// times
//   the timeout: a server that is slow at posts gets one face twice, not each.
// - FindFace has no mark for a wrong time of capture (Shot::clock_unset): it is sent, and logged once.
// - A shot whose deadline passed meanwhile (during a login, a query or a repetition) is not posted.
// Texts never hold the login's token, the camera's, or a password.
// Threads: thread-safe. deliver() usually takes 10 ms. Its limits: login 15 s, each query 15 s, sending
// 10 minutes (or `stall` without progress), then the answer.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "delivery/courier.h"
#include "findface/camera_tokens.h"
#include "findface/session.h"

namespace vigia::findface {

struct EventReply;

struct PostLimits {
  Nanoseconds timeout = std::chrono::seconds(30);  // for the answer, from the last byte sent
  Nanoseconds stall = std::chrono::seconds(10);    // without a byte that could be sent
  std::size_t image_bytes = 10'000'000;
  int image_side = 6000;  // pixels, the longer one
};

class SendToFindface final : public delivery::Courier {
 public:
  // The references must outlive the courier.
  SendToFindface(Session& session, CameraTokens& tokens, Clock& clock, delivery::MakeSmaller make_smaller,
                 const PostLimits& limits = {})
      : session_(session),
        tokens_(tokens),
        clock_(clock),
        make_smaller_(std::move(make_smaller)),
        limits_(limits),
        answer_within_(limits.timeout) {}

  [[nodiscard]] std::string name() const override { return "FindFace " + session_.shown_url(); }
  delivery::DeliveryResult deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  [[nodiscard]] std::optional<delivery::DeliveryResult> probe(const std::stop_token& stop) override;
  void finish() override { session_.log_out(); }

 private:
  // The shot as it is, or smaller where it is beyond the limits.
  [[nodiscard]] domain::Shot within_limits(const domain::Shot& shot) const;
  EventReply post_smaller(const domain::Shot& shot, EventReply too_large, const std::stop_token& stop);
  // Posts with the camera's token, which may have to be fetched first.
  EventReply post(const domain::Shot& shot, const std::stop_token& stop);
  EventReply post(const domain::Shot& shot, const std::string& camera_token, const std::stop_token& stop);
  void wait_longer(Nanoseconds than);
  // The new token; nothing if it is the same, or the server has none. Error: the server did not tell.
  Result<std::optional<std::string>> changed_token(std::int64_t camera_id, const std::string& old,
                                                   const std::stop_token& stop);

  // Constant after construction.
  Session& session_;
  CameraTokens& tokens_;
  Clock& clock_;
  const delivery::MakeSmaller make_smaller_;
  const PostLimits limits_;

  std::atomic<bool> said_too_large_{false}, said_clock_unset_{false};
  std::atomic<Nanoseconds> answer_within_;
};

}  // namespace vigia::findface
