// Whose turn it is: the cameras that have something to do, in the order in which they got it. A camera
// stands in the queue at most once and goes to its end after each frame, so that a busy one cannot keep
// the others waiting.
// Cost: one short lock a call, no allocation in the steady state. Threads: thread-safe.
#pragma once

#include <stop_token>

#include "base/mutex.h"
#include "base/ring.h"

namespace vigia::orchestrator {

class Strand;

class Turns {
 public:
  // REQUIRES: the strand is not in the queue. It must outlive its place in it.
  void push(Strand& strand) {
    {
      MutexLock lock(mutex_);
      queue_.push_back(&strand);
    }
    filled_.notify_one();
  }

  // Waits for the next one; nullptr when stopped.
  Strand* pop(const std::stop_token& stop) {
    MutexLock lock(mutex_);
    while (queue_.empty()) {
      if (!filled_.wait(lock, stop)) return nullptr;
    }
    return queue_.pop_front();
  }

 private:
  Mutex mutex_;
  CondVar filled_;
  Ring<Strand*> queue_ GUARDED_BY(mutex_);
};

}  // namespace vigia::orchestrator
