// Decides which shot a route (one receiver) sends next. Three kinds wait:
//   live     just added: sent at once, oldest first, before all others
//   backlog  added more than kFresh ago, or by an earlier run: newest or oldest first, and so many a second
//            at most (a token bucket that holds one second's worth), so that the end of an outage neither
//            drowns the receiver nor holds up what happens now
//   later    failed, or held from the beginning (until the machine's clock is set): each waits for its own
//            time and holds up no other; then it is one of the former again
// A camera may be paused: all its shots stand aside, however many there are, and no other's waits for them.
// From the time that is given on, one of them at a time is handed out in its turn, until resume().
// Shots are identified by their numbers, which grow in the order of adding; the time of day is not used.
// Cameras are identified by small numbers, too. Some 50 bytes a waiting shot, 200 a camera. Threads: one
// thread at a time. Cost: O(log n) a call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace vigia::outbox {

struct Replay {
  bool newest_first = true;
  double rate = 20;  // shots a second; 0: no limit
};

class DueQueue {
 public:
  static constexpr Nanoseconds kFresh = std::chrono::seconds(30);
  using CameraNumber = std::uint16_t;

  explicit DueQueue(Replay replay) : replay_(replay) {}

  void add_live(std::int64_t id, CameraNumber camera, SteadyTime now);
  void add_backlog(std::int64_t id, CameraNumber camera);
  // Later at first: not due until then, or until release_held(). live_since: as WaitingShots::add().
  void add_held(std::int64_t id, CameraNumber camera, std::optional<SteadyTime> live_since, SteadyTime until);
  // Takes over the whole backlog of another queue, and what is held there; its camera n is this one's
  // numbers[n].
  void add_backlog(DueQueue&& other, std::span<const CameraNumber> numbers);

  // It is the caller's until postpone() or remove().
  std::optional<std::int64_t> claim(SteadyTime now);
  // What is held is due now. Cost: O(n) of those that are later.
  void release_held(SteadyTime now);
  // Does nothing unless claimed.
  void postpone(std::int64_t id, SteadyTime until);
  // Removes it in whatever state it is; camera: its own.
  void remove(std::int64_t id, CameraNumber camera);

  // No shot of the camera is handed out before `until`; from then on one, and the next when that one's claim
  // has ended without another pause() or resume().
  void pause(CameraNumber camera, SteadyTime until);
  void resume(CameraNumber camera);

  [[nodiscard]] bool is_claimed(std::int64_t id) const { return claimed_.contains(id); }
  // When claim() will have a shot after it had none: a retry's time, a paused camera's, or that of the next
  // of the backlog.
  [[nodiscard]] std::optional<SteadyTime> next_due(SteadyTime now) const;
  // Counts all: live, backlog, later, claimed.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Camera {
    std::map<std::int64_t, SteadyTime> live;  // when added
    std::set<std::int64_t> backlog;
    std::size_t claimed = 0;
    std::optional<SteadyTime> paused;  // until when
    bool may_try = false;              // of a paused one: that time has come
  };
  struct Claimed {
    SteadyTime added;  // min(): long ago
    CameraNumber camera;
  };
  struct Later {
    SteadyTime until, added;
    CameraNumber camera;
    bool held = false;
  };
  using Index = std::set<std::pair<std::int64_t, CameraNumber>>;

  // A camera's shots change between these two only: leave() takes it out of the indexes of what is next,
  // enter() puts it back where it belongs.
  Camera& leave(CameraNumber camera);
  void enter(CameraNumber camera);
  [[nodiscard]] std::int64_t next_of(const std::set<std::int64_t>& backlog) const;
  std::int64_t claim_of(CameraNumber camera);
  void return_those_due(SteadyTime now);
  void age(SteadyTime now);
  void fill_bucket(SteadyTime now);

  Replay replay_;
  std::vector<Camera> cameras_;  // by their number
  // The next live shot, and the next of the backlog, of each camera that may be sent now; and the paused
  // cameras that have shots, by their time.
  Index live_, backlog_;
  std::set<std::pair<SteadyTime, CameraNumber>> paused_;
  std::map<std::int64_t, Claimed> claimed_;
  std::map<std::int64_t, Later> later_;
  std::set<std::pair<SteadyTime, std::int64_t>> by_time_;  // those of later_
  std::size_t size_ = 0;
  double tokens_ = 0;
  SteadyTime filled_ = SteadyTime::min();
};

}  // namespace vigia::outbox
