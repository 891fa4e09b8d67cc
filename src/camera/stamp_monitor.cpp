#include "camera/stamp_monitor.h"

#include <algorithm>

namespace vigia::camera {
namespace {

constexpr Nanoseconds kNone{0};
constexpr int kStrike = 32;
constexpr int kMostStrikes = 4 * kStrike;
constexpr int kAllowance = 50;  // one in so many: 2 %
constexpr int kSmoothing = 8;
// Least number of observations that must agree before stamps are trusted again.
constexpr int kFewObservations = 3;

}  // namespace

void StampMonitor::begin() noexcept {
  last_.reset();
  above_lowest_ = kNone;
  slow_ = fast_ = kNone;
}

void StampMonitor::forget() noexcept {
  begin();
  strikes_ = 0;
  observed_ = 0;
}

void StampMonitor::step(bool good, SteadyTime came) noexcept {
  strikes_ = good ? std::max(0, strikes_ - 1) : strikes_ + kStrike;
  judge(came);
}

void StampMonitor::observe(Nanoseconds position, SteadyTime came) noexcept {
  ++observed_;
  const std::optional<Observation> before = last_;
  last_ = Observation{position, came};
  if (!before) return;
  const Nanoseconds passed = std::max(came - before->came, kNone);
  const Nanoseconds later = (came - before->came) - (position - before->position);
  const Nanoseconds allowed = passed / kAllowance;
  usual_ += usual_ == kNone ? passed : (std::min(passed, 2 * usual_) - usual_) / kSmoothing;
  slow_ = std::max(kNone, slow_ + std::min(later, usual_) - allowed);
  // Relative to the earliest arrival: a pause that is caught up with ends where it began, and adds nothing.
  above_lowest_ += later;
  const Nanoseconds ahead = std::max(kNone, -above_lowest_);
  above_lowest_ = std::max(kNone, above_lowest_ - allowed);
  fast_ = std::max(kNone, fast_ + ahead - allowed);
  judge(came);
}

void StampMonitor::judge(SteadyTime now) noexcept {
  if (verdict_ == StampFault::none) {
    const Nanoseconds most = kMostDrift + 2 * usual_;
    if (strikes_ > kMostStrikes) verdict_ = StampFault::erratic;
    if (slow_ > most) verdict_ = StampFault::slow;
    if (fast_ > most) verdict_ = StampFault::fast;
    if (verdict_ == StampFault::none) return;
    sane_since_ = now;
    return forget();
  }
  if (strikes_ > 0 || std::max(slow_, fast_) > kSaneDrift) {
    sane_since_ = now;
    return forget();
  }
  if (now - sane_since_ < kSane || observed_ < kFewObservations) return;
  verdict_ = StampFault::none;
  forget();
}

}  // namespace vigia::camera
