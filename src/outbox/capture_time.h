// Which time of capture receivers are told where this machine's clock was wrong: a machine without a battery
// is in 1970, or at the time of its last shutdown, until the network has set its clock.
//
// Shot::captured is by the clock as it was at the capture, and stays what it is: it is part of the shot's
// name. What is told is by the clock as it is when the shot is sent. While the machine runs, the boot clock,
// which cannot be set, says by how much the other one was set meanwhile. So
// - a shot whose clock was set by more than kLargestSlew since, in either direction, gets a corrected time;
// - a shot whose clock was plainly not set waits up to kLongestClockWait for that, then it is marked: its
//   time is wrong. After a reboot nothing can be corrected, and it is marked at once;
// - a shot that expires before does not wait;
// - a time that is the stream's own (use_stream_timestamp) is left alone: it is not near what this machine's
//   clock showed.
// Threads: thread-safe functions. Cost: a reading of each clock.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "domain/shot.h"
#include "outbox/rows.h"

namespace vigia::outbox {

inline constexpr Nanoseconds kLargestSlew = std::chrono::seconds(60);
inline constexpr Nanoseconds kLongestClockWait = std::chrono::minutes(10);

// No Vigia ran before 2026: a clock that shows less was not set.
[[nodiscard]] constexpr bool is_set(UtcTime shown) {
  return shown >= UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
}

// Nothing: that was before the machine's start, or it is not known.
[[nodiscard]] std::optional<Nanoseconds> time_since(const BootTime& then, const BootTime& now);

// How long a shot still waits for the clock to be set; zero: it does not.
[[nodiscard]] Nanoseconds wait_for_clock(UtcTime captured, const FrameTime& seen, const Clock& clock);

// Sets captured_corrected or clock_unset, if there is a reason.
void tell_time(domain::Shot& shot, const FrameTime& seen, const Clock& clock);

}  // namespace vigia::outbox
