// Decides which camera is next: start-time fair queueing. Each camera has a virtual time, which a turn
// advances by its cost, divided by the camera's weight; the camera whose turn would begin earliest goes
// first, and of equals the one that was added first. (Goyal, Guo, Vin: "A Hierarchical CPU Scheduler for
// Multimedia Operating Systems", OSDI 1996: the rule needs no knowledge of what a turn will cost.)
//
// A turn costs the worker's time, not one: a camera whose frames take four times as long gets a quarter of
// the frames where there is not time for all, and takes nothing from the others. Cameras whose frames cost
// the same simply take turns, and so do all while there is time for all.
//
// Guarantees: among those that always have something to do, each gets worker time in proportion to its
// weight, within one turn each. A camera that was idle joins at the present virtual time: it has neither
// saved up time nor fallen behind. Whatever was charged, take() never comes back empty while a member is
// inside. Cost: O(log n) a call; allocates only when there are more members than ever before. Threads: one
// thread at a time; a share belongs to the holder of its member: the thread that adds it, then the queue,
// then the thread that took it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace vigia::pipeline {

// A member's virtual time.
class FairShare {
 public:
  // A turn that took longer was delayed by the machine (a stopped process, swap), not by its frames.
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

  // nullptr: the queue is empty.
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
