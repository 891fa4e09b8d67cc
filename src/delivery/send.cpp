#include "delivery/send.h"

#include <algorithm>
#include <random>

#include "base/log.h"

namespace vigia::delivery {
namespace {

constexpr int kSentWholeAtMost = 2;

class Sender {
 public:
  explicit Sender(const Sending& parts)
      : outbox_(parts.outbox),
        route_(parts.route),
        courier_(parts.courier),
        breaker_(parts.breaker),
        listener_(parts.listener),
        clock_(parts.clock) {}

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Breaker::Permit turn = breaker_.next_turn();
      Result<std::optional<outbox::PendingShot>> next = take(turn, stop);
      if (!next) {
        log::debug("{}", next.error().text);  // the outbox logs it, folded
      } else if (*next) {
        carry(**next, turn, stop);
      } else if (!turn.changed().stop_requested()) {
        return;  // stopped, or the outbox drains
      }
    }
  }

 private:
  // Nothing: a stop, a draining outbox, or the permit has changed.
  Result<std::optional<outbox::PendingShot>> take(const Breaker::Permit& turn, const std::stop_token& stop) {
    std::stop_source wake;
    const std::stop_callback stopped(stop, [&wake] { wake.request_stop(); });
    const std::stop_callback changed(turn.changed(), [&wake] { wake.request_stop(); });
    return outbox_.take(route_, turn.not_before(), wake.get_token());
  }

  void carry(const outbox::PendingShot& pending, const Breaker::Permit& turn, const std::stop_token& stop) {
    // Begun this often by runs that were killed: the outcome is unknown.
    if (pending.doubtful >= kSentWholeAtMost) return give_up(pending, "the last attempts were cut short");
    domain::Shot shot = pending.shot;
    shot.going_out = [&] {
      if (Status noted = outbox_.begin(pending); !noted) log::debug("{}", noted.error().text);
    };
    const DeliveryResult delivery = courier_.deliver(shot, stop);
    if (delivery.outcome == DeliveryResult::Outcome::retry) return try_later(pending, delivery, turn);
    if (!delivery.tells_nothing) breaker_.succeeded();
    if (delivery.outcome == DeliveryResult::Outcome::refused) {
      return refuse(pending, delivery.reason, delivery.text);
    }
    settle(pending);
    listener_.delivered(pending.shot);
  }

  void try_later(const outbox::PendingShot& pending, const DeliveryResult& delivery,
                 const Breaker::Permit& turn) {
    log::debug("{}: not delivered: {}", courier_.name(), delivery.text);
    if (!delivery.tells_nothing) breaker_.failed(turn, delivery.text, delivery.after);
    // This attempt included. Attempts without an answer and errors are counted apart: each has its own limit.
    if (delivery.maybe_delivered && pending.doubtful + 1 >= kSentWholeAtMost) {
      return give_up(pending, delivery.text);
    }
    const bool error = delivery.attempts_at_most > 0;
    if (error && pending.errors + 1 >= delivery.attempts_at_most) {
      return refuse(pending, domain::Reason::refused, delivery.text);
    }
    const SteadyTime until =
        clock_.now() + std::max(backoff(pending.attempts, random_), believable(delivery.after));
    const Status noted = outbox_.postpone(
        pending,
        {.until = until, .doubtful = delivery.maybe_delivered, .why = delivery.text, .error = error});
    if (!noted) log::debug("{}", noted.error().text);  // the outbox has logged it, and tries again
  }

  void give_up(const outbox::PendingShot& pending, const std::string& text) {
    settle(pending);
    log::warn("{}: a face of camera {} was sent {} times without an answer, given up: {}", courier_.name(),
              pending.shot.camera, kSentWholeAtMost, text);
    listener_.failed(pending.shot, text);
  }

  void refuse(const outbox::PendingShot& pending, domain::Reason reason, const std::string& text) {
    settle(pending);
    // That no face was found is routine; every other refusal needs attention.
    if (reason == domain::Reason::no_face) {
      log::debug("{}: camera {}: {}", courier_.name(), pending.shot.camera, text);
    } else {
      log::warn("{}: a face of camera {} was refused: {}", courier_.name(), pending.shot.camera, text);
    }
    listener_.refused(pending.shot, reason, text);
  }

  void settle(const outbox::PendingShot& pending) {
    if (Status done = outbox_.finished(pending); !done) log::debug("{}", done.error().text);
  }

  outbox::Outbox& outbox_;
  const std::string& route_;
  Courier& courier_;
  Breaker& breaker_;
  outbox::ShotListener& listener_;
  Clock& clock_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

void run_sender(const Sending& parts, const std::stop_token& stop) {
  Sender(parts).run(stop);
}

}  // namespace vigia::delivery
