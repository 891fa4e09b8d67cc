// The one interface that a receiver of shots implements: FindFace, a directory, ...
//
// A courier delivers one shot and reports the outcome; the outbox waits, retries and remembers. deliver() may
// block for as long as its own timeouts allow, and ends soon after a stop. A shot has a deadline: a courier
// that may have to wait for its receiver (a connection, a login) checks it again right before the shot goes
// out, and returns too_late(). Threads: deliver() is thread-safe: several senders share one courier.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "domain/face_reason.h"
#include "domain/shot.h"

namespace vigia::delivery {

struct DeliveryResult {
  enum class Outcome {
    delivered,  // the receiver has it
    retry,      // not now: try again, not before `after` if the receiver named a time
    refused,    // never: `reason` says why
  };
  Outcome outcome = Outcome::retry;
  domain::Reason reason = domain::Reason::refused;  // of `refused`
  std::optional<Nanoseconds> after;                 // of `retry`
  std::string text;                                 // for the log: the receiver's answer
  bool maybe_delivered = false;  // of `retry`: the shot was sent whole, the answer never came
  // of maybe_delivered: an answer came, but perhaps from a proxy in front of the receiver. If the receiver
  // then turns out to be away, the shot was not delivered.
  bool by_proxy = false;
  // of `retry`: after so many answers of this kind the shot is refused; 0: no limit. For answers that
  // say neither "later" nor "never", like a server's internal error.
  int attempts_at_most = 0;
  // The receiver was not contacted, or the outcome concerns only this shot: it says nothing about the
  // receiver, so it is neither a failure nor a success for the breaker (breaker.h). A `retry` without it is a
  // failure: no connection, no login, an answer that says "not now" to everything.
  bool tells_nothing = false;
  // of `retry`: the answer may concern this shot or its camera only (no right to post it, an internal error,
  // no answer to it), or every shot. The sender finds out with probe(): see breaker.h.
  bool may_be_alone = false;
};

// The shot's deadline passed before it could be sent. The outbox, which gets it back, ends it as expired.
inline DeliveryResult too_late(std::string text) {
  return {.outcome = DeliveryResult::Outcome::retry,
          .after = std::nullopt,
          .text = std::move(text),
          .tells_nothing = true};
}

// Returns the shot with a smaller image, and face and roi scaled with it; nothing if that is impossible. For
// receivers that answer that an image is too large. Thread-safe: several senders call it at the same time.
using MakeSmaller = std::function<std::optional<domain::Shot>(const domain::Shot&)>;

// How a camera is, for receivers that show it: see status/camera_status.h.
struct ShownCamera {
  bool online = false;  // video comes
  std::string state{};
  std::string reason{};                   // why it does not, if that is known
  UtcTime since{};                        // it is so; 1970: not known
  std::vector<std::string> conditions{};  // those that hold: camera/condition.h

  bool operator==(const ShownCamera&) const = default;
};

struct CameraNotice;

class Courier {
 public:
  virtual ~Courier() = default;
  [[nodiscard]] virtual std::string name() const = 0;  // "findface https://host", for logs
  // A courier that may return maybe_delivered calls shot.going_out before the receiver can have the whole
  // shot.
  virtual DeliveryResult deliver(const domain::Shot& shot, const std::stop_token& stop) = 0;
  // Asks the receiver something small and harmless. Nothing: it answers. Otherwise the `retry` that a shot
  // would get, with tells_nothing if a stop came before the answer. Thread-safe; blocks like deliver().
  [[nodiscard]] virtual std::optional<DeliveryResult> probe(const std::stop_token& stop) = 0;
  // For receivers that show cameras. camera_state(): how the camera is; called
  // repeatedly, so it must be cheap when nothing has changed. camera_gone(): the camera was removed. Both are
  // thread-safe and quick, and not called after finish().
  virtual void camera_state(const std::string& /*camera*/, const ShownCamera& /*health*/) {}
  virtual void camera_gone(const std::string& /*camera*/) {}
  // For receivers that want to know at once what is wrong with a camera: camera_notice.h. tell() blocks like
  // deliver(), on a thread of its own; it is called only where takes_notices().
  [[nodiscard]] virtual bool takes_notices() const { return false; }
  virtual DeliveryResult tell(const CameraNotice& /*notice*/, const std::stop_token& /*stop*/) {
    return {.outcome = DeliveryResult::Outcome::delivered, .after = std::nullopt, .text = {}};
  }
  // How many of the delivered shots nobody has subscribed to (MQTT). Thread-safe.
  [[nodiscard]] virtual std::uint64_t unheard() const { return 0; }
  // Called once after the last deliver(), on one thread: log out, within a few seconds.
  virtual void finish() {}
};

}  // namespace vigia::delivery
