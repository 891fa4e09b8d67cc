// SendToFindface: the courier that posts each shot as a face event to FindFace Multi.
//
// Every row of FindFace's error table has its answer in event_reply.h. Beyond that table:
// - 403, 404 or an unknown camera: the camera's token is asked for anew; when it changed the shot is posted
//   once more at once, else it is refused. The server is asked at most once a minute for each camera.
// - A post without an answer may have been taken, and may be repeated only once. So that a server that hangs
//   does not use that up, the next shots wait until the server answers a small question (its camera groups).
// - A camera whose token nobody gave is asked for in the same way: a shot that an earlier run left may be of
// a
//   camera that this run does not watch.
// - A shot without camera id is refused: it can never be posted. The text says what to set.
// Texts never hold the login's token, the camera's, or a password.
// Threads: thread-safe. deliver() takes at most about 50 s (login 15, question 15, post 30; usually 10 ms).
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "findface/camera_tokens.h"
#include "findface/session.h"
#include "outbox/courier.h"

namespace vigia::findface {

struct EventReply;

class SendToFindface final : public outbox::Courier {
 public:
  // All must outlive the courier.
  SendToFindface(Session& session, CameraTokens& tokens, Clock& clock)
      : session_(session), tokens_(tokens), clock_(clock) {}

  [[nodiscard]] std::string name() const override { return "FindFace " + session_.shown_url(); }
  outbox::Delivery deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  void finish() override { session_.log_out(); }

 private:
  // For a camera's token, to the server.
  struct Question {
    bool asking = false;
    std::optional<SteadyTime> answered;
  };

  EventReply post(const domain::Shot& shot, const std::string& camera_token, const std::stop_token& stop);
  // The changed token; nothing: it is the same, or gone. Error: nobody can say now.
  Result<std::optional<std::string>> changed_token(std::int64_t camera_id, const std::string& old,
                                                   const std::stop_token& stop);

  // Constant after construction.
  Session& session_;
  CameraTokens& tokens_;
  Clock& clock_;

  std::atomic<bool> silent_{false};  // the last post had no answer

  // State below is protected by mutex_.
  Mutex mutex_;
  std::map<std::int64_t, Question> questions_ GUARDED_BY(mutex_);  // by camera
};

}  // namespace vigia::findface
