// Decides which cameras' shots wait because the receiver does not take them, although it answers otherwise.
// For example, FindFace does not know the camera, the broker does not allow its topic, or the receiver fails
// on one picture.
//
//   a shot     that failed waits with pauses of its own (send.h); nothing else waits for it
//   a camera   waits once three different shots of it have failed and none was delivered in between: one of
//              its shots is tried after 1-2 s, then 2-4 s, ... 30-60 s, or when the receiver says
//   all        once shots of three cameras have failed and nothing was delivered in between, the cause is
//              hardly the cameras: the receiver waits (Breaker::must_wait), and so does each camera of which
//              a shot has failed. About 6 shots a minute are tried in all, and each camera once an hour
//
// A delivery, or a refusal for good, ends its camera's wait; if that camera had waited, the others are tried
// at once. Log: one line when a first shot of a camera has to wait (at most one an hour for each camera), one
// when a camera that waited is taken again.
// The outbox hands out no shot of a camera that waits: each call returns for which cameras that changes, for
// Outbox::pause() and resume(). If it hears of two senders' changes in the other order, a shot is tried too
// early, or one pause too late, and its outcome puts that right.
// Threads: thread-safe. Cost: a look-up in all cameras that failed lately, for each shot.
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
#include "domain/camera_key.h"
#include "status/route_status.h"

namespace vigia::delivery {

class CameraWaits {
 public:
  static constexpr std::size_t kShotsUntilWait = 3;
  static constexpr int kCamerasUntilAll = 3;

  // What a failure of one shot says about the receiver.
  enum class Receiver {
    works,      // it takes other shots: this one is the exception
    unchanged,  // nothing new: it waits already, and this camera had failed before
    waits,      // one camera more has failed: it takes the shots of no camera
  };
  struct Change {
    domain::CameraKey camera;
    std::optional<SteadyTime> waits_until;  // then one shot is tried; nothing: it waits no longer
  };
  struct Meaning {
    Receiver receiver = Receiver::works;
    // True if the failure may count against the shot: since the last failure, of any shot, the receiver has
    // taken or refused another one.
    bool counts = false;
    std::vector<Change> changes;
  };

  // receiver: its name, for the log. The clock must outlive it.
  CameraWaits(std::string receiver, Clock& clock);
  CameraWaits(const CameraWaits&) = delete;
  CameraWaits& operator=(const CameraWaits&) = delete;

  // A shot of the camera was delivered, or refused for good.
  [[nodiscard]] std::vector<Change> succeeded(const domain::CameraKey& camera);
  // The receiver answers, but did not take this shot. id: its number in the outbox. after: the pause that the
  // receiver asked for.
  [[nodiscard]] Meaning failed(const domain::CameraKey& camera, std::int64_t id, const std::string& why,
                               std::optional<Nanoseconds> after);

  // Every camera of which a shot has failed since its last delivery, even if only that shot waits.
  [[nodiscard]] std::vector<status::CameraWait> status() const;

 private:
  struct Camera {
    std::set<std::int64_t> failed;  // shots since its last delivery, kShotsUntilWait at most
    int tries = 0;                  // failed ones while it waits
    SteadyTime since, last, until;
    std::optional<SteadyTime> told;  // the last Change::waits_until
    std::optional<SteadyTime> said;
    std::string why;
  };

  [[nodiscard]] bool waits(const Camera& camera) const REQUIRES(mutex_);
  [[nodiscard]] Nanoseconds pause_of(const Camera& camera, std::optional<Nanoseconds> after) REQUIRES(mutex_);
  std::vector<Change> forget_old(SteadyTime now) REQUIRES(mutex_);
  // Appends what has changed since the last call.
  void append_changes(std::vector<Change>& changes) REQUIRES(mutex_);

  // Constant after construction.
  const std::string receiver_;
  Clock& clock_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<domain::CameraKey, Camera> cameras_ GUARDED_BY(mutex_);
  int newcomers_ GUARDED_BY(mutex_) = 0;  // cameras that began to fail since anything was delivered
  bool takes_shots_ GUARDED_BY(mutex_) = true;
  std::minstd_rand random_ GUARDED_BY(mutex_){std::random_device{}()};
};

}  // namespace vigia::delivery
