#include "delivery/send.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "base/log.h"

namespace vigia::delivery {
namespace {

class Sender {
 public:
  explicit Sender(const Sending& parts)
      : outbox_(parts.outbox),
        route_(parts.route),
        courier_(parts.courier),
        breaker_(parts.breaker),
        cameras_(parts.cameras),
        listener_(parts.listener),
        clock_(parts.clock),
        unanswered_at_most_(1 + parts.resend_unanswered) {}

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
    // So many attempts were cut short by kills, or not answered, that it must not be sent again.
    if (pending.doubtful >= unanswered_at_most_) return give_up(pending, "the last attempts were cut short");
    const DeliveryResult delivery = attempt(pending, turn, stop);
    if (delivery.outcome == DeliveryResult::Outcome::retry) {
      try_later(pending, delivery);
    } else {
      if (!delivery.tells_nothing) {
        breaker_.succeeded();
        tell(cameras_.succeeded(camera_of(pending.shot)));
      }
      conclude(pending, delivery);
    }
  }

  // Delivers it, and tells the breaker and the camera's wait what a `retry` says about the receiver.
  DeliveryResult attempt(const outbox::PendingShot& pending, const Breaker::Permit& turn,
                         const std::stop_token& stop) {
    if (breaker_.asks_first()) {
      if (std::optional<DeliveryResult> away = courier_.probe(stop)) {
        if (!away->tells_nothing) breaker_.failed(turn, away->text, away->after);
        return *std::move(away);
      }
    }
    domain::Shot shot = pending.shot;
    shot.going_out = [&] {
      if (Status noted = outbox_.begin(pending); !noted) log::debug("{}", noted.error().text);
    };
    DeliveryResult delivery = courier_.deliver(shot, stop);
    if (delivery.outcome != DeliveryResult::Outcome::retry || delivery.tells_nothing) return delivery;
    if (delivery.may_be_alone) {
      weigh(delivery, pending, turn, stop);
    } else {
      breaker_.failed(turn, delivery.text, delivery.after);
    }
    return delivery;
  }

  // Finds out whether only this shot failed. An answer that every shot would get does not count against it.
  void weigh(DeliveryResult& delivery, const outbox::PendingShot& pending, const Breaker::Permit& turn,
             const std::stop_token& stop) {
    const std::optional<DeliveryResult> away = courier_.probe(stop);
    if (away && away->tells_nothing) return;
    if (away) {
      if (delivery.by_proxy) delivery.maybe_delivered = false;
      delivery.attempts_at_most = 0;
      if (away->after) delivery.after = away->after;
      delivery.text += "; the receiver does not answer anything else either: " + away->text;
      return breaker_.failed(turn, delivery.text, delivery.after);
    }
    const CameraWaits::Meaning meaning =
        cameras_.failed(camera_of(pending.shot), pending.id, delivery.text, delivery.after);
    tell(meaning.changes);
    if (!meaning.counts) delivery.attempts_at_most = 0;
    if (meaning.receiver == CameraWaits::Receiver::works) breaker_.succeeded();
    if (meaning.receiver == CameraWaits::Receiver::waits) breaker_.must_wait(turn, delivery.text);
  }

  void tell(const std::vector<CameraWaits::Change>& changes) {
    for (const auto& [camera, waits_until] : changes) {
      if (waits_until) {
        outbox_.pause(route_, camera, *waits_until);
      } else {
        outbox_.resume(route_, camera);
      }
    }
  }

  void try_later(const outbox::PendingShot& pending, const DeliveryResult& delivery) {
    log::debug("{}: not delivered: {}", courier_.name(), delivery.text);
    // This attempt included. Attempts without an answer and errors are counted apart: each has its own limit.
    if (delivery.maybe_delivered && pending.doubtful + 1 >= unanswered_at_most_) {
      return give_up(pending, delivery.text);
    }
    if (delivery.attempts_at_most > 0 && pending.errors + 1 >= delivery.attempts_at_most) {
      return refuse(pending, domain::Reason::refused, delivery.text);
    }
    postpone(pending, delivery);
  }

  void postpone(const outbox::PendingShot& pending, const DeliveryResult& delivery) {
    const SteadyTime until =
        clock_.now() + std::max(backoff(pending.attempts, random_), believable(delivery.after));
    const Status noted = outbox_.postpone(pending, {.until = until,
                                                    .doubtful = delivery.maybe_delivered,
                                                    .why = delivery.text,
                                                    .error = delivery.attempts_at_most > 0});
    if (!noted) log::debug("{}", noted.error().text);  // the outbox has logged it, and tries again
  }

  void conclude(const outbox::PendingShot& pending, const DeliveryResult& delivery) {
    if (delivery.outcome == DeliveryResult::Outcome::refused) {
      return refuse(pending, delivery.reason, delivery.text);
    }
    settle(pending);
    listener_.delivered(pending.shot);
  }

  void give_up(const outbox::PendingShot& pending, const std::string& text) {
    settle(pending);
    log::warn(
        "{}: a face of camera {} was sent {} times without an answer, given up: {}; raise "
        "delivery.findface.post_timeout if FindFace is slow, or delivery.resend_unanswered if a face may "
        "arrive twice",
        courier_.name(), pending.shot.camera, std::max(pending.doubtful, unanswered_at_most_), text);
    listener_.failed(pending.shot, text);
  }

  void refuse(const outbox::PendingShot& pending, domain::Reason reason, const std::string& text) {
    settle(pending);
    // That no face was found is routine; every other refusal needs attention.
    if (reason == domain::Reason::no_face) {
      log::debug("{}: camera {}: {}", courier_.name(), log::CameraName{pending.shot.camera}, text);
    } else {
      log::warn("{}: a face of camera {} was refused: {}", courier_.name(),
                log::CameraName{pending.shot.camera}, text);
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
  CameraWaits& cameras_;
  outbox::ShotListener& listener_;
  Clock& clock_;
  const int unanswered_at_most_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

void run_sender(const Sending& parts, const std::stop_token& stop) {
  Sender(parts).run(stop);
}

}  // namespace vigia::delivery
