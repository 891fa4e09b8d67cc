#include "outbox/capture_time.h"

#include <algorithm>

namespace vigia::outbox {
namespace {

// A picture is taken at most seconds before it is read. The stream's own time is mostly years away.
constexpr Nanoseconds kNear = std::chrono::hours(1);

bool is_by_this_clock(UtcTime captured, const FrameTime& seen) {
  return std::chrono::abs(captured - seen.utc) < kNear;
}

}  // namespace

std::optional<Nanoseconds> time_since(const BootTime& then, const BootTime& now) {
  if (now.boot == 0 || then.boot != now.boot || then.since > now.since) return std::nullopt;
  return now.since - then.since;
}

Nanoseconds wait_for_clock(UtcTime captured, const FrameTime& seen, const Clock& clock) {
  if (is_set(seen.utc) || is_set(clock.utc_now()) || !is_by_this_clock(captured, seen)) return {};
  const auto passed = time_since(seen.boot, clock.boot_now());
  return passed ? std::max(kLongestClockWait - *passed, Nanoseconds::zero()) : Nanoseconds::zero();
}

void tell_time(domain::Shot& shot, const FrameTime& seen, const Clock& clock) {
  if (!is_by_this_clock(shot.captured, seen)) return;
  const UtcTime now = clock.utc_now();
  const auto passed = time_since(seen.boot, clock.boot_now());
  if (!passed || !is_set(now)) {
    shot.clock_unset = !is_set(seen.utc);
    return;
  }
  const Nanoseconds set_by = now - seen.utc - *passed;
  if (std::chrono::abs(set_by) <= kLargestSlew) return;
  shot.captured_corrected = shot.captured + std::chrono::duration_cast<UtcTime::duration>(set_by);
}

}  // namespace vigia::outbox
