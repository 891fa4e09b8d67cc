// The index of all waiting shots, by number: which receivers (routes) they still go to, how large and how old
// they are, and which is next. It implements what outbox.h promises about order, age and bounds, and does not
// use the disk. About 140 bytes a shot of one route, 50 more for each further one.
// Threads: one thread at a time. Cost: O(log n) a call; expire() scans all, once a second at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "domain/camera_key.h"
#include "outbox/due_queue.h"

namespace vigia::outbox {

// Bits: the routes of this run by their index; kOtherRoutes: those in the file that are no longer configured.
using RouteSet = std::uint16_t;
inline constexpr std::size_t kMostRoutes = 15;
inline constexpr RouteSet kOtherRoutes = 1U << kMostRoutes;
constexpr RouteSet route_bit(std::size_t route) {
  return static_cast<RouteSet>(1U << route);
}

// A shot that was taken out, or some of its routes.
struct TakenOut {
  std::int64_t id = 0;
  RouteSet routes = 0;
  bool whole = false;  // no route is left
  std::string camera;
};

class WaitingShots {
 public:
  struct New {
    std::int64_t id = 0;
    Bytes bytes = 0;
    SteadyTime deadline;  // max(): none
    RouteSet routes = 0;
    const domain::CameraKey& camera;
    SteadyTime held_until = SteadyTime::min();  // not due before, unless release_held() is called
  };

  WaitingShots(std::size_t routes, Replay replay)
      : queues_(routes, DueQueue(replay)), route_bytes_(routes), oldest_(routes) {}

  // live_since: when it was added; nothing: it was added by an earlier run, so it waits in the backlog.
  void add(const New& shot, std::optional<SteadyTime> live_since);
  // Adds the shots that an earlier run left, although newer shots wait already. Returns false and adds
  // nothing if a number would occur twice.
  [[nodiscard]] bool add_backlog(WaitingShots&& backlog);

  // Claims the route's next shot. Shots beyond their deadline are taken out instead: appended to `expired`.
  std::optional<std::int64_t> claim(std::size_t route, SteadyTime now, std::vector<TakenOut>& expired);
  void postpone(std::size_t route, std::int64_t id, SteadyTime until) {
    queues_.at(route).postpone(id, until);
  }
  // The camera's shots on this route, as DueQueue's.
  void pause(std::size_t route, const domain::CameraKey& camera, SteadyTime until) {
    queues_.at(route).pause(number_of(camera), until);
  }
  void resume(std::size_t route, const domain::CameraKey& camera) {
    queues_.at(route).resume(number_of(camera));
  }
  // What is held on any route is due now.
  void release_held(SteadyTime now) {
    for (DueQueue& queue : queues_) queue.release_held(now);
  }
  // The route no longer needs it. Nothing: it is not known (any more).
  std::optional<TakenOut> finish(std::size_t route, std::int64_t id);

  // None of these takes a shot that a sender has claimed.
  // Takes out up to at_most shots beyond their deadline; scans only if there may be one and the last scan of
  // all was at least a second ago.
  std::vector<TakenOut> expire(SteadyTime now, std::size_t at_most);
  std::optional<TakenOut> take_oldest();
  std::optional<TakenOut> take(std::int64_t id);
  // Takes the shot out on all its routes; nothing while a sender has it on any of them.
  std::optional<TakenOut> take_whole(std::int64_t id);

  [[nodiscard]] std::vector<std::int64_t> ids() const;
  [[nodiscard]] SteadyTime deadline_of(std::int64_t id) const;  // max(): none, or not known
  [[nodiscard]] std::optional<SteadyTime> next_due(std::size_t route, SteadyTime now) const {
    return queues_.at(route).next_due(now);
  }
  // When expire() is worth a call; max(): never.
  [[nodiscard]] SteadyTime next_expiry() const;

  // When the oldest one that the route needs was added: min(): by an earlier run; nothing: there is none.
  // Cost: a few steps, as it goes on where the last call ended.
  [[nodiscard]] std::optional<SteadyTime> oldest(std::size_t route) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t size(std::size_t route) const { return queues_.at(route).size(); }
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  [[nodiscard]] Bytes bytes(std::size_t route) const { return route_bytes_.at(route); }

 private:
  struct Entry {
    SteadyTime deadline;
    SteadyTime added;  // min(): by an earlier run
    std::uint32_t bytes;
    RouteSet routes;
    DueQueue::CameraNumber camera;  // of cameras_
  };
  using Entries = std::map<std::int64_t, Entry>;

  [[nodiscard]] RouteSet unclaimed(std::int64_t id, const Entry& entry) const;
  TakenOut take(Entries::iterator at, RouteSet routes);
  DueQueue::CameraNumber number_of(const domain::CameraKey& camera);

  std::vector<DueQueue> queues_;
  std::vector<Bytes> route_bytes_;
  mutable std::vector<std::int64_t> oldest_;  // by route: none that it needs has a smaller number
  Entries entries_;
  Bytes bytes_ = 0;
  std::vector<domain::CameraKey> cameras_;
  std::map<domain::CameraKey, DueQueue::CameraNumber> camera_numbers_;
  SteadyTime first_deadline_ = SteadyTime::max();  // no shot has an earlier one
  SteadyTime not_before_ = SteadyTime::min();      // of the next look at all
};

}  // namespace vigia::outbox
