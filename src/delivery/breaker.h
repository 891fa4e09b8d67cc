// Pauses all senders of a receiver that fails, so that it sees few tries.
//
//   closed     all senders send. After three failures in a row, of any senders, or one answer that names a
//              time, or when it must_wait(): open
//   open       no sender sends, for 1-2 s the first time, then 2-4, 4-8 ... 30-60 s (a random point in each),
//              and never less than the receiver asked for (an hour at most)
//   half open  one sender calls Courier::probe() and, if the receiver answers, tries one shot; the others
//              wait. If the shot arrives: closed, and all go on. If not: open again, for longer. If the try
//              tells nothing (DeliveryResult::tells_nothing), the next sender tries
//
// After a failure the next shot is sent only if probe() is answered, even while the breaker is closed.
// probe() is also called after an answer that may concern one shot alone (may_be_alone). If it is not
// answered, that is a failure of the receiver. If it is, only the shot waits, or its camera (camera_waits.h);
// but when several cameras fail like that and nothing is delivered in between, the receiver must_wait().
//
// A sender gets a Permit before it takes a shot, waits in Outbox::take() until Permit::not_before, and then
// calls succeeded() or failed(). Log: one line when it opens (why), one when it closes (how long it was open,
// how many failures); the rest is debug. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "status/route_status.h"

namespace vigia::delivery {

class Breaker {
 public:
  static constexpr int kFailuresUntilOpen = 3;

  using State = status::BreakerState;

  // A sender's permission to try. Move-only; destroying it without reporting an outcome lets another sender
  // try.
  class Permit {
   public:
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    // The earliest time to take a shot. While another sender tries, it is a year away: wait for changed().
    [[nodiscard]] SteadyTime not_before() const noexcept { return not_before_; }
    // Requested when this permit is out of date: then get another.
    [[nodiscard]] const std::stop_token& changed() const noexcept { return changed_; }

   private:
    friend class Breaker;
    Permit(Breaker& breaker, bool tries, SteadyTime not_before, std::stop_token changed)
        : breaker_(&breaker), tries_(tries), not_before_(not_before), changed_(std::move(changed)) {}

    Breaker* breaker_;  // null: moved from
    bool tries_;        // the one sender that the half-open state lets try
    SteadyTime not_before_;
    std::stop_token changed_;
  };

  // name: for the log. The clock must outlive it.
  Breaker(std::string name, Clock& clock);
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;

  [[nodiscard]] Permit next_turn();
  // True from a failure to the next success: then probe() the receiver before the next shot.
  [[nodiscard]] bool asks_first() const;
  // The receiver works: it has answered, even if with a refusal.
  void succeeded();
  // after: the pause that the receiver asked for. Of deliveries that were under way when the breaker opened,
  // only `after` counts.
  void failed(const Permit& turn, std::string_view why, std::optional<Nanoseconds> after);
  // As failed(), but one call opens the breaker: several shots have already failed.
  void must_wait(const Permit& turn, std::string_view why);

  [[nodiscard]] status::BreakerStatus status() const;

 private:
  void give_back_try(const std::stop_token& changed);
  void count_failure(const Permit& turn, std::string_view why, std::optional<Nanoseconds> after)
      REQUIRES(mutex_);
  void open(SteadyTime until, std::string_view why) REQUIRES(mutex_);
  void wake_senders() REQUIRES(mutex_);

  // Constant after construction.
  const std::string name_;
  Clock& clock_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  bool closed_ GUARDED_BY(mutex_) = true;
  bool trying_ GUARDED_BY(mutex_) = false;  // a sender has the one try, or waits for its time
  int failures_ GUARDED_BY(mutex_) = 0;     // in a row
  int tries_failed_ GUARDED_BY(mutex_) = 0;
  std::uint64_t opened_ GUARDED_BY(mutex_) = 0;
  SteadyTime since_ GUARDED_BY(mutex_);  // closed, or not; half open is part of the outage
  SteadyTime until_ GUARDED_BY(mutex_);
  std::string why_ GUARDED_BY(mutex_);
  std::stop_source changed_ GUARDED_BY(mutex_);
  std::minstd_rand random_ GUARDED_BY(mutex_){std::random_device{}()};
};

// A random pause from half to the whole of 2 s, 4 s, ... 60 s, by the number of earlier failures. For shots
// and breakers.
Nanoseconds backoff(int failures_before, std::minstd_rand& random);

// Clamps what a receiver asked for to 0 to an hour.
Nanoseconds believable(std::optional<Nanoseconds> after);

}  // namespace vigia::delivery
