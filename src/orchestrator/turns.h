// Whose turn it is: the cameras that have something to do, in the order of fair_queue.h. A camera is
// inside at most once and comes in again after each frame, so that a busy one cannot keep the others
// waiting.
//
// Who may lock: workers only, in pop(), for a few comparisons. push() is for every thread and takes no
// lock: what it brings lies in a list until the next worker sorts it in; so neither a camera's thread nor
// housekeeping can hold a worker up.
// Cost: push: two atomic operations, and a system call only where a worker sleeps. pop: one short lock
// between workers, O(log cameras). No allocation in the steady state.
// Threads: thread-safe.
#pragma once

#include <atomic>
#include <stop_token>

#include "base/mutex.h"
#include "base/semaphore.h"
#include "orchestrator/fair_queue.h"

namespace vigia::orchestrator {

// What a member keeps for its turns: T has it as place().
template <class T>
struct TurnPlace {
  explicit TurnPlace(int weight) : share(weight) {}

  FairShare share;
  T* below = nullptr;  // in the list of those that came; the list's own
};

template <class T>
class TurnsOf {
 public:
  // REQUIRES: the member is not inside. It must outlive its place.
  void push(T& member) noexcept {
    T*& below = member.place().below;
    below = came_.load(std::memory_order_relaxed);
    while (!came_.compare_exchange_weak(below, &member, std::memory_order_release, std::memory_order_relaxed)) {
    }
    filled_.post();
  }

  // Waits for the next one; nullptr when stopped and nobody is left.
  T* pop(const std::stop_token& stop) {
    while (true) {
      if (!filled_.try_wait()) sleep(stop);
      if (T* const next = take()) return next;
      if (stop.stop_requested()) return nullptr;
    }
  }

 private:
  // One call for each post, so that nobody sleeps while somebody is inside. A stop posts without a member.
  void sleep(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { filled_.post(); });
    filled_.wait();
  }

  T* take() {
    MutexLock lock(mutex_);
    T* first = nullptr;
    for (T* newest = came_.exchange(nullptr, std::memory_order_acquire); newest != nullptr;) {
      T* const older = newest->place().below;
      newest->place().below = first;
      first = newest;
      newest = older;
    }
    for (; first != nullptr; first = first->place().below) queue_.add(*first, first->place().share);
    return queue_.take();
  }

  std::atomic<T*> came_{nullptr};  // the newest; the older ones below it
  Semaphore filled_;

  // State below is protected by mutex_.
  Mutex mutex_;
  FairQueue<T> queue_ GUARDED_BY(mutex_);
};

class Strand;
using Turns = TurnsOf<Strand>;

}  // namespace vigia::orchestrator
