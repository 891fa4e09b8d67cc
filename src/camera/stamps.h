// FFmpeg's time stamps as times. Threads: pure functions.
#pragma once

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace vigia::camera {

// 73 years: twice that still fits.
inline constexpr std::int64_t kLargestStamp = std::int64_t{1} << 61;

inline Nanoseconds to_ns(std::int64_t stamp, AVRational time_base) {
  constexpr AVRational kNanosecond{1, 1'000'000'000};
  return Nanoseconds(std::clamp(av_rescale_q(stamp, time_base, kNanosecond), -kLargestStamp, kLargestStamp));
}

inline std::optional<Nanoseconds> stamp_of(std::int64_t stamp, AVRational time_base) {
  if (stamp == AV_NOPTS_VALUE) return std::nullopt;
  return to_ns(stamp, time_base);
}

}  // namespace vigia::camera
