// The queue of cameras that have work, in the order of fair_queue.h. A camera is inside at most once and is
// pushed again after each frame, so that a busy one cannot keep the others waiting.
//
// Only workers lock, in pop(), for a few comparisons. push() takes no lock: its member waits in a list until
// the next worker sorts it in. push() is for threads on a frame's way. Slower threads call wake(): it does
// not even schedule the camera, so a thread that is preempted inside it delays only its own wake-up. Cost:
// push, wake: two atomic operations, and a system call only where a worker sleeps. pop: one short lock
// between workers, O(log cameras). No allocation in the steady state. Threads: thread-safe.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/semaphore.h"
#include "pipeline/fair_queue.h"

namespace vigia::pipeline {

// What a member keeps for the queue. T returns it from place(), and has bool try_schedule(): true if the
// member was neither inside nor with a worker; the caller must then push it.
template <class T>
struct QueueSlot {
  explicit QueueSlot(int weight) : share(weight) {}

  FairShare share;
  // Links of the lists: the member that was pushed, or woken, before this one.
  T* came_before = nullptr;
  T* woken_before = nullptr;
  std::atomic<bool> wake_pending{false};  // it is in the list of woken members
};

template <class T>
class RunQueueOf {
 public:
  // REQUIRES: try_schedule() gave the caller true. The member must live until it is popped.
  void push(T& member) noexcept {
    add(came_, member, member.place().came_before);
    filled_.post();
  }

  // Gives the member a turn unless it is scheduled already. It must live until its wake_pending is false
  // again, which some worker clears soon.
  void wake(T& member) noexcept {
    if (member.place().wake_pending.exchange(true, std::memory_order_acq_rel)) return;
    add(woken_, member, member.place().woken_before);
    filled_.post();
  }

  // Waits for the next member; nullptr when stopped and none is left.
  T* pop(const std::stop_token& stop) {
    while (true) {
      if (!filled_.try_wait()) sleep(stop);
      if (T* const next = take()) return next;
      // A stop wakes one worker, perhaps not the one it is meant for: pass it on.
      if (stop.stop_requested() || stops_ > 0) filled_.post();
      if (stop.stop_requested()) return nullptr;
      std::this_thread::yield();
    }
  }

 private:
  static void add(std::atomic<T*>& list, T& member, T*& before) noexcept {
    before = list.load(std::memory_order_relaxed);
    while (
        !list.compare_exchange_weak(before, &member, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }

  // Each post wakes one worker, so that none sleeps while a member is inside. A stop posts without a member.
  void sleep(const std::stop_token& stop) {
    bool is_called = false;
    {
      const std::stop_callback wake(stop, [this, &is_called] {
        is_called = true;
        ++stops_;
        filled_.post();
      });
      filled_.wait();
    }
    if (is_called) --stops_;
  }

  T* take() {
    MutexLock lock(mutex_);
    sort_in();
    return queue_.take();
  }

  void sort_in() REQUIRES(mutex_) {
    T* oldest = nullptr;
    for (T* newest = came_.exchange(nullptr, std::memory_order_acquire); newest != nullptr;) {
      T*& before = newest->place().came_before;
      T* const older = std::exchange(before, oldest);
      oldest = std::exchange(newest, older);
    }
    for (; oldest != nullptr; oldest = oldest->place().came_before)
      queue_.add(*oldest, oldest->place().share);

    for (T* next = woken_.exchange(nullptr, std::memory_order_acquire); next != nullptr;) {
      T& member = *std::exchange(next, next->place().woken_before);
      if (member.try_schedule()) queue_.add(member, member.place().share);
      // Last: a member that is not scheduled may be destroyed from here on.
      member.place().wake_pending.store(false, std::memory_order_release);
    }
  }

  std::atomic<T*> came_{nullptr}, woken_{nullptr};  // the newest of each
  Semaphore filled_;
  std::atomic<int> stops_{0};  // workers that sleep and are called to stop

  // State below is protected by mutex_.
  Mutex mutex_;
  FairQueue<T> queue_ GUARDED_BY(mutex_);
};

class Strand;
using RunQueue = RunQueueOf<Strand>;

}  // namespace vigia::pipeline
