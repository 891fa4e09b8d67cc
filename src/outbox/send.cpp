#include "outbox/send.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "base/log.h"

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""h;

constexpr int kFailuresUntilPause = 3;
constexpr int kSentWholeAtMost = 2;

class Sender {
 public:
  Sender(Outbox& outbox, Courier& courier, DeliveryListener& listener, Clock& clock)
      : outbox_(outbox), courier_(courier), listener_(listener), clock_(clock) {}

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Result<std::optional<PendingShot>> next = outbox_.take(not_before_, stop);
      if (!next) {
        log::error("{}", next.error().text);
      } else if (*next) {
        carry(**next, stop);
      } else {
        return;
      }
    }
  }

 private:
  void carry(const PendingShot& pending, const std::stop_token& stop) {
    const Delivery delivery = courier_.deliver(pending.shot, stop);
    switch (delivery.outcome) {
      case Delivery::Outcome::delivered:
        recovered();
        settle(pending);
        listener_.delivered(pending.shot);
        return;
      case Delivery::Outcome::refused:
        recovered();
        refuse(pending, delivery.reason, delivery.text);
        return;
      case Delivery::Outcome::retry:
        return try_later(pending, delivery, stop);
    }
  }

  void try_later(const PendingShot& pending, const Delivery& delivery, const std::stop_token& stop) {
    const int doubts = pending.doubtful + 1;  // this one included
    if (delivery.maybe_delivered && doubts >= kSentWholeAtMost) {
      settle(pending);
      log::warn("{}: a face of camera {} was sent {} times without an answer, given up: {}", courier_.name(),
                pending.shot.camera, doubts, delivery.text);
      listener_.failed(pending.shot, delivery.text);
      return;
    }
    if (delivery.attempts_at_most > 0 && doubts >= delivery.attempts_at_most) {
      return refuse(pending, domain::Reason::refused, delivery.text);
    }
    const SteadyTime until = clock_.now() + std::max(delay(pending.attempts), asked_for(delivery));
    ++failures_in_a_row_;
    // The first is said aloud; the rest of an outage would be the same line for hours.
    if (failures_in_a_row_ == 1 && !stop.stop_requested()) {
      log::warn("{}: not delivered, tried again: {}", courier_.name(), delivery.text);
    } else {
      log::debug("{}: not delivered: {}", courier_.name(), delivery.text);
    }
    pause(delivery);
    const bool doubtful = delivery.maybe_delivered || delivery.attempts_at_most > 0;
    const Status noted =
        outbox_.postpone(pending.id, {.until = until, .doubtful = doubtful, .why = delivery.text});
    if (!noted) log::error("{}", noted.error().text);
  }

  void pause(const Delivery& delivery) {
    Nanoseconds length = asked_for(delivery);
    const int beyond = failures_in_a_row_ - kFailuresUntilPause;
    if (beyond >= 0) length = std::max(length, delay(beyond));
    not_before_ = clock_.now() + length;
  }

  void recovered() {
    if (failures_in_a_row_ >= kFailuresUntilPause) log::info("{}: delivers again", courier_.name());
    failures_in_a_row_ = 0;
    not_before_ = SteadyTime::min();
  }

  void refuse(const PendingShot& pending, domain::Reason reason, const std::string& text) {
    settle(pending);
    // No face found is daily business; every other refusal is somebody's to look at.
    if (reason == domain::Reason::no_face) {
      log::debug("{}: camera {}: {}", courier_.name(), pending.shot.camera, text);
    } else {
      log::warn("{}: a face of camera {} was refused: {}", courier_.name(), pending.shot.camera, text);
    }
    listener_.refused(pending.shot, reason, text);
  }

  void settle(const PendingShot& pending) {
    if (Status done = outbox_.finished(pending.id); !done) log::error("{}", done.error().text);
  }

  static Nanoseconds asked_for(const Delivery& delivery) {
    return std::clamp<Nanoseconds>(delivery.after.value_or(Nanoseconds::zero()), Nanoseconds::zero(), 1h);
  }

  // Between half and the whole of 2 s, 4 s, ... 60 s.
  Nanoseconds delay(int failures_before) {
    const double longest = std::min(60.0, 2.0 * static_cast<double>(1 << std::clamp(failures_before, 0, 5)));
    return from_seconds(longest * std::uniform_real_distribution<double>(0.5, 1.0)(random_));
  }

  Outbox& outbox_;
  Courier& courier_;
  DeliveryListener& listener_;
  Clock& clock_;
  std::minstd_rand random_{std::random_device{}()};
  int failures_in_a_row_ = 0;
  SteadyTime not_before_ = SteadyTime::min();
};

}  // namespace

void run_sender(Outbox& outbox, Courier& courier, DeliveryListener& listener, Clock& clock,
                const std::stop_token& stop) {
  Sender(outbox, courier, listener, clock).run(stop);
}

}  // namespace vigia::outbox
