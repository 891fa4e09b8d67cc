#include "memory/growth.h"

#include <cmath>

namespace vigia::memory {
namespace {

constexpr std::size_t kLeastMeans = Trend::kMeans / 6;

}  // namespace

Slope fit_slope(std::span<const Sample> samples) {
  const auto n = static_cast<double>(samples.size());
  if (samples.size() < 3) return {};
  double mean_t = 0;
  double mean_v = 0;
  for (const Sample& sample : samples) {
    mean_t += sample.seconds / n;
    mean_v += sample.value / n;
  }
  double tt = 0;
  double tv = 0;
  for (const Sample& sample : samples) {
    tt += (sample.seconds - mean_t) * (sample.seconds - mean_t);
    tv += (sample.seconds - mean_t) * (sample.value - mean_v);
  }
  if (tt <= 0) return {};
  const double per_second = tv / tt;
  double squares = 0;
  for (const Sample& sample : samples) {
    const double off = sample.value - mean_v - per_second * (sample.seconds - mean_t);
    squares += off * off;
  }
  return {per_second, std::sqrt(squares / (n - 2) / tt), samples.back().seconds - samples.front().seconds};
}

std::optional<double> seconds_until(double limit, double value, const Slope& slope) {
  if (value >= limit) return 0;
  if (!slope.grows()) return std::nullopt;
  return (limit - value) / slope.per_second;
}

std::string_view to_string(Window window) noexcept {
  switch (window) {
    case Window::minute:
      return "minute";
    case Window::hour:
      return "hour";
    case Window::day:
      return "day";
  }
  return "?";
}

double seconds_of(Window window) noexcept {
  switch (window) {
    case Window::minute:
      return 60;
    case Window::hour:
      return 3600;
    case Window::day:
      return 86400;
  }
  return 0;
}

void Trend::record(double seconds, double value) {
  for (const Window window : kWindows) {
    Means& means = windows_.at(static_cast<std::size_t>(window));
    const double width = seconds_of(window) / static_cast<double>(kMeans);
    if (means.count > 0 && seconds - means.begin >= width) {
      if (means.done.size() == kMeans) means.done.erase(means.done.begin());
      means.done.push_back({means.sum_seconds / means.count, means.sum_value / means.count});
      means.count = 0;
    }
    // With rare records a window would otherwise cover more than its time.
    std::erase_if(means.done,
                  [&](const Sample& mean) { return mean.seconds < seconds - seconds_of(window); });
    if (means.count == 0) {
      means.begin = seconds;
      means.sum_seconds = means.sum_value = 0;
    }
    means.sum_seconds += seconds;
    means.sum_value += value;
    ++means.count;
  }
}

Slope Trend::slope(Window window) const {
  const Means& means = windows_.at(static_cast<std::size_t>(window));
  if (means.done.size() < kLeastMeans) return {};
  return fit_slope(means.done);
}

}  // namespace vigia::memory
