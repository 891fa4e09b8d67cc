// A clock whose time moves only when a test says so.
//
//   FakeClock clock;
//   Part part(clock);                 // sleeps on a thread of its own
//   clock.wait_for_sleepers(1);       // it sleeps now
//   clock.advance(5s);                // it wakes if its time has come
//
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <iterator>
#include <set>
#include <stop_token>

#include "base/clock.h"
#include "base/mutex.h"

namespace vigia::testing {

class FakeClock final : public Clock {
 public:
  // Both clocks begin at times that cannot be mistaken for a real "now" or for "unset".
  explicit FakeClock(SteadyTime now = SteadyTime(std::chrono::hours(1)),
                     UtcTime utc_now = UtcTime(std::chrono::seconds(2'000'000'000)))
      : now_(now), utc_now_(utc_now) {}

  [[nodiscard]] SteadyTime now() const override {
    MutexLock lock(mutex_);
    return now_;
  }
  [[nodiscard]] UtcTime utc_now() const override {
    MutexLock lock(mutex_);
    return utc_now_;
  }
  [[nodiscard]] BootTime boot_now() const override {
    MutexLock lock(mutex_);
    return {.boot = boot_, .since = now_.time_since_epoch()};
  }

  bool sleep_until(SteadyTime when, const std::stop_token& stop) override {
    MutexLock lock(mutex_);
    if (now_ >= when) return !stop.stop_requested();
    const auto sleeping = sleeping_.insert(when);
    changed_.notify_all();
    bool go_on = !stop.stop_requested();
    while (go_on && now_ < when) go_on = changed_.wait(lock, stop);
    sleeping_.erase(sleeping);
    return go_on;
  }

  // Moves both clocks on and wakes the sleepers.
  void advance(Nanoseconds by) {
    {
      MutexLock lock(mutex_);
      now_ += by;
      utc_now_ += std::chrono::duration_cast<UtcTime::duration>(by);
    }
    changed_.notify_all();
  }

  // Sets the time of day, like an administrator: it jumps, in either direction, and wakes no sleeper.
  void set_utc(UtcTime utc) {
    MutexLock lock(mutex_);
    utc_now_ = utc;
  }

  // Number of sleepers whose time has not come. One that is about to wake does not count, so a test that
  // moves time only while there are sleepers never runs ahead of them.
  [[nodiscard]] int sleepers() const {
    MutexLock lock(mutex_);
    return sleepers_now();
  }
  // Waits, in real time, until this many threads sleep: an earlier advance() might come before a sleep that
  // counts from now(). False: not within a minute.
  [[nodiscard]] bool wait_for_sleepers(int at_least) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    MutexLock lock(mutex_);
    while (sleepers_now() < at_least) {
      const auto left = give_up - std::chrono::steady_clock::now();
      if (left <= Nanoseconds::zero()) return false;
      static_cast<void>(changed_.wait_for(lock, {}, left));
    }
    return true;
  }
  // Simulates a restart of the machine.
  void reboot() {
    MutexLock lock(mutex_);
    ++boot_;
  }

 private:
  [[nodiscard]] int sleepers_now() const REQUIRES(mutex_) {
    return static_cast<int>(std::distance(sleeping_.upper_bound(now_), sleeping_.end()));
  }

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  CondVar changed_;
  SteadyTime now_ GUARDED_BY(mutex_);
  UtcTime utc_now_ GUARDED_BY(mutex_);
  std::int64_t boot_ GUARDED_BY(mutex_) = 1;
  std::multiset<SteadyTime> sleeping_ GUARDED_BY(mutex_);  // until when
};

}  // namespace vigia::testing
