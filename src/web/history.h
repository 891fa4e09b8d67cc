// Keeps figures of the last hour (each 10 s) and of the last day (each 4 min), for charts of head-room.
// 75 KB at most. Threads: owner thread only. Deterministic: no clock.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "base/clock.h"
#include "status/snapshot.h"

namespace vigia::web {

enum class Span { hour, day };

class History {
 public:
  static constexpr std::array<std::string_view, 12> kSeries{
      "in_use_bytes",     "rss_bytes",         "objects_pending",   "hot_stall_us_max",
      "overload_level",   "cameras_online",    "frames_per_second", "dropped_per_second",
      "faces_per_minute", "posted_per_minute", "pending",           "cpu_cores"};
  static constexpr std::size_t kSamples = 360;
  struct Sample {
    std::int64_t at = 0;  // Unix seconds
    std::array<double, kSeries.size()> values{};
  };
  static constexpr Nanoseconds step(Span span) {
    return span == Span::hour ? std::chrono::seconds(10) : std::chrono::seconds(240);
  }

  // When record() is due next.
  [[nodiscard]] SteadyTime next() const;
  // Keeps a sample in each span whose step has passed.
  void record(const status::Snapshot& snapshot, SteadyTime now, UtcTime utc);
  // Oldest first.
  [[nodiscard]] const std::deque<Sample>& samples(Span span) const { return spans_.at(index(span)).samples; }

 private:
  struct Totals {
    double seconds = 0, frames = 0, dropped = 0, tracks = 0, posted = 0, cpu = 0;
  };
  struct Kept {
    std::deque<Sample> samples;
    Totals before;
    SteadyTime next{};
  };
  static std::size_t index(Span span) { return static_cast<std::size_t>(span); }
  static Totals totals_of(const status::Snapshot& snapshot);

  std::array<Kept, 2> spans_;
};

}  // namespace vigia::web
