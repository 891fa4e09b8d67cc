#include "plot/plot_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vigia::plot {
namespace {

// 1, 2 or 5 times a power of ten, so that some six of them span the range.
double nice_step(double span) {
  const double rough = span / 6;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (rough <= times * power) return times * power;
  }
  return 10 * power;
}

}  // namespace

Axis Axis::of_x(Range data) {
  if (data.empty()) return {0, 1, 0.2, false};
  if (data.high <= data.low) data.high = data.low + 1;
  if (data.low > 0 && data.low < data.high / 50) data.low = 0;  // began at 0, seen a moment later
  return {data.low, data.high, nice_step(data.high - data.low), false};
}

Axis Axis::of_y(Range data, bool log) {
  if (log) {
    if (data.empty()) return {0, 1, 1, true};
    const double low = std::floor(std::log10(data.low));
    const double high = std::max(low + 1, std::ceil(std::log10(data.high)));
    return {low, high, std::ceil((high - low) / 8), true};
  }
  data.include(0);
  if (data.high <= data.low) data.high = data.low + 1;
  const double step = nice_step(data.high - data.low);
  return {std::floor(data.low / step) * step, std::ceil(data.high / step) * step, step, false};
}

double Axis::place(double value) const {
  return ((log_ ? std::log10(value) : value) - low_) / (high_ - low_);
}

std::vector<double> Axis::ticks() const {
  std::vector<double> ticks;
  const double slack = step_ * 1e-6;
  for (double at = std::ceil((low_ - slack) / step_); at * step_ <= high_ + slack; ++at) {
    ticks.push_back(log_ ? std::pow(10.0, at * step_) : at * step_);
  }
  return ticks;
}

std::string tick_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e15) return fmt::format("{:.3g}", value);
  if (size >= 1e9) return fmt::format("{:.6g} G", value / 1e9);
  if (size >= 1e6) return fmt::format("{:.6g} M", value / 1e6);
  if (size >= 1e4) return fmt::format("{:.6g} k", value / 1e3);
  return size < 1e-12 ? "0" : fmt::format("{:.6g}", value);
}

}  // namespace vigia::plot
