// Which cameras' shots wait because the receiver does not take them, although it answers otherwise: a camera
// that FindFace does not know, a topic that the broker does not allow, one picture that a receiver fails on.
//
//   a shot     waits by itself, with pauses of its own (send.h); nothing else waits for it
//   a camera   waits when three different shots of it were answered so and none was delivered in between:
//              one shot of it is tried, then after 1-2 s, 2-4, ... 30-60 s, or the time that was named
//   all        when three cameras came to that state and nothing was delivered in between, the cause is
//              hardly theirs: the receiver waits (Breaker::must_wait), and so does every such camera, also
//              with one shot. The more of them, the less often each is tried: about 6 tries a minute in all
//
// A delivery, or a refusal for good, ends its camera's wait; if the camera had waited, it ends all of them.
// Log: one line when a camera's shots begin to wait (at most one an hour), one when they are taken again.
// Threads: thread-safe. Cost: a look-up for each shot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "status/route_status.h"

namespace vigia::delivery {

class CameraWaits {
 public:
  static constexpr std::size_t kShotsUntilWait = 3;
  static constexpr int kCamerasUntilAll = 3;

  // What a failure of one shot says of the receiver.
  enum class Receiver {
    works,      // it answers: this shot is the exception
    unchanged,  // it is not known: nothing is delivered, and this camera has not been before
    waits,      // it takes the shots of no camera
  };
  struct Meaning {
    Receiver receiver = Receiver::works;
    // The failure may count against the shot: something was delivered since the last one that did.
    bool counts = false;
  };

  // receiver: its name, for the log. The clock must outlive it.
  CameraWaits(std::string receiver, Clock& clock);
  CameraWaits(const CameraWaits&) = delete;
  CameraWaits& operator=(const CameraWaits&) = delete;

  // Zero: a shot of this camera may be tried now; call tried() after it. Else: how long to wait.
  [[nodiscard]] Nanoseconds until_turn(const std::string& camera);
  void tried(const std::string& camera);

  // A shot of the camera was delivered, or refused for good.
  void succeeded(const std::string& camera);
  // The receiver answers, but not to this shot: id, of the outbox. after: the pause that was named.
  Meaning failed(const std::string& camera, std::int64_t id, const std::string& why,
                 std::optional<Nanoseconds> after);

  [[nodiscard]] std::vector<status::CameraWait> status() const;

 private:
  struct Camera {
    std::set<std::int64_t> failed;  // shots since the last delivery; kShotsUntilWait at most
    int tries = 0;                  // since then
    bool trying = false;            // a sender has the one try
    SteadyTime since, last, until;
    std::optional<SteadyTime> said;
    std::string why;
  };

  [[nodiscard]] bool waits(const Camera& camera) const REQUIRES(mutex_);
  [[nodiscard]] Nanoseconds pause_of(const Camera& camera, std::optional<Nanoseconds> after) REQUIRES(mutex_);
  void forget_old(SteadyTime now) REQUIRES(mutex_);

  // Constant after construction.
  const std::string receiver_;
  Clock& clock_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::string, Camera> cameras_ GUARDED_BY(mutex_);
  int newcomers_ GUARDED_BY(mutex_) = 0;  // cameras that began to fail since the last delivery of any
  bool takes_shots_ GUARDED_BY(mutex_) = true;
  std::minstd_rand random_ GUARDED_BY(mutex_){std::random_device{}()};
};

}  // namespace vigia::delivery
