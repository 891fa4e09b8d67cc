// The camera's own clock, as its RTCP sender reports tell it, compared with this machine's: the time of
// capture where the two agree, and how far they are apart where they do not.
//
// The rule, picture by picture:
// 1. The difference is the camera's time less the time at which the picture is estimated to have been taken,
// by
//    its arrival (stream_clock.h). What is left of it where both clocks are right is what the camera needs to
//    encode and send a picture.
// 2. FFmpeg 5.1 subtracts two RTP stamps as if they could not wrap: from each wrap of the 32 bits (13 h 15
// min at
//    90 kHz) to the next report the camera's time is wrong by the length of that range. Such a jump is taken
//    back.
// 3. Another jump by more than kJump is ignored until it has lasted for kSettles: then the camera's clock was
// set.
// 4. A difference from -kLongestDelay to kAhead is a right clock: its time is the time of capture, which is
// never
//    later than the arrival. Otherwise there is no time of capture here, and the caller keeps its estimate.
//
// Cost: some additions a picture. No allocation, no clock. Threads: one thread at a time.
#pragma once

#include <optional>

#include "base/clock.h"

namespace vigia::camera {

class SenderClock {
 public:
  static constexpr std::chrono::seconds kLongestDelay{1};
  static constexpr std::chrono::milliseconds kAhead{100};
  static constexpr std::chrono::seconds kJump{1};
  static constexpr std::chrono::seconds kSettles{5};

  // A new connection: its reports may come from another clock. range: of an RTP stamp, 2^32 of its units.
  void begin_connection(Nanoseconds range) noexcept;

  // told: the camera's time of this picture; none: no report has come yet. taken: by arrival. at: of the
  // call, on the steady clock. Returns the time of capture, or nothing where the camera's clock cannot be
  // used.
  std::optional<UtcTime> read(std::optional<UtcTime> told, UtcTime taken, SteadyTime at) noexcept;

  // The camera's clock less ours; nothing: no report has come in this connection.
  [[nodiscard]] std::optional<Nanoseconds> skew() const noexcept { return skew_; }

 private:
  [[nodiscard]] Nanoseconds without_wrap(Nanoseconds difference) const noexcept;
  [[nodiscard]] bool is_jump(Nanoseconds difference, SteadyTime at) noexcept;

  Nanoseconds range_{0};
  std::optional<Nanoseconds> skew_;       // of the last picture that was believed
  std::optional<Nanoseconds> jumped_to_;  // what pictures say since the clock seems to have jumped
  SteadyTime jumped_at_{};
};

}  // namespace vigia::camera
