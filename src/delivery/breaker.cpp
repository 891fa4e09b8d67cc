#include "delivery/breaker.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace vigia::delivery {

using std::chrono_literals::operator""h;

namespace {

// Another sender's try ends long before. Not the largest value: clocks add to it.
constexpr Nanoseconds kUntilChanged = 365 * 24h;

}  // namespace

Breaker::Permit::Permit(Permit&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      tries_(other.tries_),
      not_before_(other.not_before_),
      changed_(std::move(other.changed_)) {}

Breaker::Permit::~Permit() {
  if (breaker_ != nullptr && tries_) breaker_->give_back_try(changed_);
}

Breaker::Breaker(std::string name, Clock& clock)
    : name_(std::move(name)), clock_(clock), since_(clock.now()) {}

Breaker::Permit Breaker::next_turn() {
  MutexLock lock(mutex_);
  if (closed_) return {*this, false, SteadyTime::min(), changed_.get_token()};
  if (trying_) return {*this, false, clock_.now() + kUntilChanged, changed_.get_token()};
  trying_ = true;
  return {*this, true, until_, changed_.get_token()};
}

void Breaker::give_back_try(const std::stop_token& changed) {
  MutexLock lock(mutex_);
  if (changed.stop_requested()) return;  // the permit is out of date: another sender may have the try by now
  trying_ = false;
  wake_senders();
}

void Breaker::succeeded() {
  MutexLock lock(mutex_);
  if (!closed_) {
    log::info("{}: delivers again after {:.0f} s and {} failures", name_, to_seconds(clock_.now() - since_),
              failures_);
    closed_ = true;
    since_ = clock_.now();
    wake_senders();
  }
  failures_ = 0;
  tries_failed_ = 0;
  trying_ = false;
  why_.clear();
}

bool Breaker::asks_first() const {
  MutexLock lock(mutex_);
  return !closed_ || failures_ > 0;
}

void Breaker::failed(const Permit& turn, std::string_view why, std::optional<Nanoseconds> after) {
  MutexLock lock(mutex_);
  count_failure(turn, why, after);
}

void Breaker::must_wait(const Permit& turn, std::string_view why) {
  MutexLock lock(mutex_);
  failures_ = std::max(failures_, kFailuresUntilOpen - 1);
  count_failure(turn, why, {});
}

void Breaker::count_failure(const Permit& turn, std::string_view why, std::optional<Nanoseconds> after) {
  ++failures_;
  const SteadyTime asked_for = clock_.now() + believable(after);
  if (!closed_ && (!turn.tries_ || turn.changed_.stop_requested())) {
    if (!after || asked_for <= until_) return;
    until_ = asked_for;
    trying_ = false;
    return wake_senders();
  }
  const bool many = !closed_ || failures_ >= kFailuresUntilOpen;
  if (!many && !after) return;
  const SteadyTime pause_ends = many ? clock_.now() + backoff(tries_failed_++, random_) : asked_for;
  open(std::max(pause_ends, asked_for), why);
}

void Breaker::open(SteadyTime until, std::string_view why) {
  until_ = until;
  why_ = why;
  trying_ = false;
  const double pause = to_seconds(until - clock_.now());
  if (closed_) {
    closed_ = false;
    since_ = clock_.now();
    ++opened_;
    log::warn("{}: {} failure{} in a row, the next try in {:.0f} s; faces wait: {}", name_, failures_,
              failures_ == 1 ? "" : "s", pause, why);
  } else {
    log::debug("{}: {} failures in a row, the next try in {:.0f} s: {}", name_, failures_, pause, why);
  }
  wake_senders();
}

status::BreakerStatus Breaker::status() const {
  MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  status::BreakerStatus figures;
  figures.state = closed_ ? State::closed : now < until_ ? State::open : State::half_open;
  figures.seconds = to_seconds(now - since_);
  figures.failures = failures_;
  figures.next_try = figures.state == State::open ? to_seconds(until_ - now) : 0;
  figures.opened = opened_;
  figures.why = why_;
  return figures;
}

// Requests run no code of ours under the lock: sleeping threads only wake.
void Breaker::wake_senders() {
  changed_.request_stop();
  changed_ = std::stop_source();
}

Nanoseconds backoff(int failures_before, std::minstd_rand& random) {
  const double longest = std::min(60.0, 2.0 * static_cast<double>(1 << std::clamp(failures_before, 0, 5)));
  return from_seconds(longest * std::uniform_real_distribution<double>(0.5, 1.0)(random));
}

Nanoseconds believable(std::optional<Nanoseconds> after) {
  return std::clamp<Nanoseconds>(after.value_or(Nanoseconds::zero()), Nanoseconds::zero(), 1h);
}

}  // namespace vigia::delivery
