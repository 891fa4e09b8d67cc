// std::mutex and std::condition_variable_any with annotations that clang checks (-Wthread-safety).
//
//   Mutex mutex_;
//   int depth_ GUARDED_BY(mutex_) = 0;
//   ...
//   MutexLock lock(mutex_);
//   while (depth_ == 0 && ready_.wait(lock, stop)) {}
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "base/thread_annotations.h"

namespace vigia {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  bool try_lock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  friend class CondVar;
  Mutex& mutex_;
};

// A wait may end without a reason: always wait in a loop on the condition.
class CondVar {
 public:
  // Both return false if a stop was requested. The lock is held again on return.
  bool wait(MutexLock& lock, const std::stop_token& stop) NO_THREAD_SAFETY_ANALYSIS {
    bool woken = false;
    condition_.wait(lock.mutex_, stop, [&woken] { return std::exchange(woken, true); });
    return !stop.stop_requested();
  }
  bool wait_for(MutexLock& lock, const std::stop_token& stop,
                std::chrono::nanoseconds at_most) NO_THREAD_SAFETY_ANALYSIS {
    bool woken = false;
    condition_.wait_for(lock.mutex_, stop, at_most, [&woken] { return std::exchange(woken, true); });
    return !stop.stop_requested();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace vigia
