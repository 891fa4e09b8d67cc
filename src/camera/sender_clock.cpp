#include "camera/sender_clock.h"

#include <algorithm>

namespace vigia::camera {
namespace {

bool is_near(Nanoseconds a, Nanoseconds b) {
  return std::chrono::abs(a - b) <= SenderClock::kJump;
}

bool is_right(Nanoseconds difference) {
  return difference >= -SenderClock::kLongestDelay && difference <= SenderClock::kAhead;
}

}  // namespace

void SenderClock::begin_connection(Nanoseconds range) noexcept {
  range_ = range;
  skew_.reset();
  jumped_to_.reset();
}

std::optional<UtcTime> SenderClock::read(std::optional<UtcTime> told, UtcTime taken, SteadyTime at) noexcept {
  if (!told) return std::nullopt;
  const Nanoseconds difference = without_wrap(*told - taken);
  if (is_jump(difference, at)) return std::nullopt;
  skew_ = difference;
  if (!is_right(difference)) return std::nullopt;
  return std::min(taken, taken + std::chrono::duration_cast<UtcTime::duration>(difference));
}

// Before the first picture that is believed only a right clock can tell that a range is missing.
Nanoseconds SenderClock::without_wrap(Nanoseconds difference) const noexcept {
  for (const Nanoseconds other : {difference + range_, difference - range_}) {
    if (skew_ ? is_near(other, *skew_) : is_right(other)) return other;
  }
  return difference;
}

bool SenderClock::is_jump(Nanoseconds difference, SteadyTime at) noexcept {
  if (!skew_ || is_near(difference, *skew_)) {
    jumped_to_.reset();
    return false;
  }
  if (!jumped_to_ || !is_near(difference, *jumped_to_)) {
    jumped_to_ = difference;
    jumped_at_ = at;
  }
  if (at - jumped_at_ < kSettles) return true;
  jumped_to_.reset();
  return false;
}

}  // namespace vigia::camera
