// Where a value lies on an axis, and which values get a tick. Pure.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace vigia::plot {

// The least and the greatest of what was included.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) noexcept {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  [[nodiscard]] bool empty() const noexcept { return low > high; }
};

class Axis {
 public:
  // x: as far as the data; y: from 0 (or below) to the next tick, or whole decades on a log axis. An empty
  // range becomes 0 to 1, or 1 to 10.
  static Axis of_x(Range data);
  static Axis of_y(Range data, bool log);

  // 0 at the axis' begin, 1 at its end. On a log axis: value > 0.
  [[nodiscard]] double place(double value) const;
  [[nodiscard]] std::vector<double> ticks() const;

 private:
  Axis(double low, double high, double step, bool log) : low_(low), high_(high), step_(step), log_(log) {}
  double low_, high_;  // on a log axis their logarithms
  double step_;
  bool log_;
};

// "0", "0.25", "500", "20 k", "1.5 M"
std::string tick_text(double value);

}  // namespace vigia::plot
