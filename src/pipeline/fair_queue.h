// Who is next, fairly: start-time fair queueing. Each camera has a virtual time, which a turn moves on by
// what it cost, divided by the camera's weight; the camera whose turn would begin earliest goes first, and
// of equals the one that came first. (Goyal, Guo, Vin: "A Hierarchical CPU Scheduler for Multimedia
// Operating Systems", OSDI 1996: the rule needs no knowledge of what a turn will cost.)
//
// A turn costs the worker's time, not one: a camera whose frames take four times as long gets a quarter of
// the frames where there is not time for all, and takes nothing from the others. Cameras whose frames cost
// the same simply take turns, and so do all while there is time for all.
//
// Guarantees: among those that always have something to do, each gets worker time in proportion to its
// weight, within one turn each. Who had nothing to do comes in at the present virtual time: neither saved
// up nor behind. Whatever was charged, the queue never rests while somebody is in it.
// Cost: O(log n) a call; allocates only for a new most of members. Threads: one thread at a time; a share
// belongs to who has the member: whoever adds it, then the queue, then whoever took it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace vigia::pipeline {

// A member's virtual time.
class FairShare {
 public:
  // A turn that took longer was held up by the machine (a stopped process, swap), which is nobody's fault.
  static constexpr Nanoseconds kMostCharged = std::chrono::milliseconds(250);

  explicit FairShare(int weight) : weight_(weight) {}

  void charge(Nanoseconds cost) noexcept {
    due_ += std::clamp(cost, Nanoseconds::zero(), kMostCharged) / weight_;
  }

 private:
  template <class T>
  friend class FairQueue;

  int weight_;
  Nanoseconds due_{0};  // virtual: when its next turn may begin
};

template <class T>
class FairQueue {
 public:
  // REQUIRES: it is not inside.
  void add(T& member, FairShare& share) {
    share.due_ = std::max(share.due_, now_);
    heap_.push_back({share.due_, arrivals_++, &member});
    std::ranges::push_heap(heap_, later);
  }

  // nullptr: nobody is there.
  T* take() {
    if (heap_.empty()) return nullptr;
    std::ranges::pop_heap(heap_, later);
    const QueueEntry next = heap_.back();
    heap_.pop_back();
    now_ = next.begins;
    return next.member;
  }

 private:
  struct QueueEntry {
    Nanoseconds begins;
    std::uint64_t arrival;
    T* member;
  };
  static bool later(const QueueEntry& a, const QueueEntry& b) noexcept {
    return a.begins != b.begins ? a.begins > b.begins : a.arrival > b.arrival;
  }

  std::vector<QueueEntry> heap_;
  Nanoseconds now_{0};  // virtual: when the turn that was taken last began; never goes back
  std::uint64_t arrivals_ = 0;
};

}  // namespace vigia::pipeline
