// SendToFindface: the courier that posts each shot as a face event to FindFace Multi.
//
// Every row of FindFace's error table has its answer in event_reply.h. Beyond that table:
// - 403, 404 or an unknown camera: the camera's token is asked for anew; when it changed the shot is posted
//   once more at once, else it is refused. An answer that brings no other token is the last one for a minute:
//   it refuses what is posted in the next 5 s, too; later shots wait until the server is asked again, since
//   the token may have changed after it.
// - A post without an answer may have been taken, and may be repeated only once. So that a server that hangs
//   does not use that up, the next shots wait until the server answers a small question (its camera groups)
//   as FindFace does.
// - An internal error, a 502, or a 200 that is not FindFace's, may be about all that the server is asked. So
//   it is asked that question at once, and without an answer to it nothing counts against the shot. An
//   internal error counts only once, too, until some other shot has been taken: where none is, it is not
//   the shot.
// - A camera whose token nobody gave is asked for in the same way: a shot that an earlier run left may be of
//   a camera that this run does not watch.
// - A shot without camera id is refused: it can never be posted. The text says what to set.
// - An image beyond FindFace's limits (10 MB, 6000 pixels) is made smaller before it is sent; one that the
//   server answers with 413 once, and posted again at once. 413 again: refused.
// - A shot whose deadline passed meanwhile (a login, a question, a repetition) is not posted.
// Texts never hold the login's token, the camera's, or a password.
// Threads: thread-safe. deliver() takes at most about 75 s (login 15, questions 15 each, post 30), usually
// 10 ms.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "findface/camera_tokens.h"
#include "findface/session.h"
#include "outbox/courier.h"

namespace vigia::findface {

struct EventReply;

struct PostLimits {
  Nanoseconds timeout = std::chrono::seconds(30);  // of a whole post
  Nanoseconds stall = std::chrono::seconds(10);    // without a byte that could be sent
  std::size_t image_bytes = 10'000'000;
  int image_side = 6000;  // pixels, the longer one
};

class SendToFindface final : public outbox::Courier {
 public:
  // The shot with a smaller image, face and roi fitting it; nothing: it cannot be made. Called by several
  // senders at a time.
  using MakeSmaller = std::function<std::optional<domain::Shot>(const domain::Shot&)>;

  // The references must outlive the courier.
  SendToFindface(Session& session, CameraTokens& tokens, Clock& clock, MakeSmaller make_smaller,
                 const PostLimits& limits = {})
      : session_(session),
        tokens_(tokens),
        clock_(clock),
        make_smaller_(std::move(make_smaller)),
        limits_(limits) {}

  [[nodiscard]] std::string name() const override { return "FindFace " + session_.shown_url(); }
  outbox::Delivery deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  void finish() override { session_.log_out(); }

 private:
  // For a camera's token, to the server.
  struct Question {
    bool asking = false;
    std::optional<SteadyTime> answered;  // with the token that we have, or none
  };

  // Nothing: the server answers a small question as FindFace does. Else: the shot waits, and why.
  [[nodiscard]] std::optional<outbox::Delivery> why_not_well(const std::stop_token& stop);
  // What the reply means for this shot: an answer that every shot gets is not held against it.
  outbox::Delivery weigh(EventReply reply, const std::stop_token& stop);
  // The shot as it is, or smaller where it is beyond the limits.
  [[nodiscard]] domain::Shot within_limits(const domain::Shot& shot) const;
  EventReply post_smaller(const domain::Shot& shot, EventReply too_large, const std::stop_token& stop);
  // With the camera's token, also when that has to be asked for.
  EventReply post(const domain::Shot& shot, const std::stop_token& stop);
  EventReply post(const domain::Shot& shot, const std::string& camera_token, const std::stop_token& stop);
  // Zero: it may be asked for now, or the last answer holds.
  [[nodiscard]] Nanoseconds until_next_question(std::int64_t camera_id, const std::string& old);
  // The changed token; nothing: it is the same, or gone. Error: nobody can say now; cancelled: nobody asked.
  Result<std::optional<std::string>> changed_token(std::int64_t camera_id, const std::string& old,
                                                   const std::stop_token& stop);

  // Constant after construction.
  Session& session_;
  CameraTokens& tokens_;
  Clock& clock_;
  const MakeSmaller make_smaller_;
  const PostLimits limits_;

  std::atomic<bool> ask_first_{false};  // before the next post: the last one had no answer of FindFace's
  // Since the last internal error a post was answered as by a server that is well.
  std::atomic<bool> takes_posts_{true};
  std::atomic<bool> said_too_large_{false};

  // State below is protected by mutex_.
  Mutex mutex_;
  std::map<std::int64_t, Question> questions_ GUARDED_BY(mutex_);  // by camera
};

}  // namespace vigia::findface
