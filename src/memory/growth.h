// Tells whether a figure grows, how fast, and when it reaches its limit, over the last minute, hour and day.
//
//   Trend resident;
//   resident.record(now_in_seconds, bytes);                // about once a second
//   const Slope hour = resident.slope(Window::hour);
//   if (hour.grows()) ... seconds_until(limit, bytes, hour) ...
//
// A window keeps 60 means, each over a sixtieth of it (1 s, 1 min, 24 min), so a trend always takes 3 KB.
// Threads: owner thread only; values may be copied.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vigia::memory {

struct Sample {
  double seconds = 0;
  double value = 0;
};

struct Slope {
  double per_second = 0;
  double error = 0;    // standard error of per_second
  double seconds = 0;  // of time that it was fitted to

  // The slope exceeds what independent noise explains, except in about one case in several hundred.
  [[nodiscard]] bool grows() const noexcept { return per_second > 3 * error && per_second > 0; }
};

// Fits a straight line to the samples by least squares, with the standard error of its slope (s / sqrt(sum (t
// - mean t)^2), s from n - 2 degrees of freedom). Fewer than 3 samples, or all at one time: zeros.
Slope fit_slope(std::span<const Sample> samples);

// Nothing if it does not grow; 0 s if it is beyond the limit already.
std::optional<double> seconds_until(double limit, double value, const Slope& slope);

enum class Window { minute, hour, day };
inline constexpr std::array kWindows{Window::minute, Window::hour, Window::day};
std::string_view to_string(Window window) noexcept;
double seconds_of(Window window) noexcept;

class Trend {
 public:
  static constexpr std::size_t kMeans = 60;

  // REQUIRES: seconds never go back.
  void record(double seconds, double value);
  // Zeros until a sixth of the window has passed with at least 10 records: fewer say nothing.
  [[nodiscard]] Slope slope(Window window) const;

 private:
  // The means of one window, oldest first, and the one that is being made.
  struct Means {
    std::vector<Sample> done;  // kMeans at most
    double begin = 0, sum_seconds = 0, sum_value = 0;
    int count = 0;
  };
  std::array<Means, kWindows.size()> windows_;
};

}  // namespace vigia::memory
