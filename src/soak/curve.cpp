#include "soak/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/bytes.h"

namespace vigia::soak {
namespace {

// The mean of each column's time; of a column without samples, that of the one before.
std::vector<double> columns_of(std::span<const memory::Sample> samples, int columns) {
  const double begin = samples.front().seconds;
  const double length = std::max(samples.back().seconds - begin, 1e-9);
  std::vector<double> sums(static_cast<std::size_t>(columns));
  std::vector<int> counts(sums.size());
  for (const memory::Sample& sample : samples) {
    const auto column =
        std::min(static_cast<std::size_t>((sample.seconds - begin) / length * columns), sums.size() - 1);
    sums[column] += sample.value;
    ++counts[column];
  }
  double last = samples.front().value;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (counts[i] > 0) last = sums[i] / counts[i];
    sums[i] = last;
  }
  return sums;
}

std::string label(double bytes) {
  return format_bytes(static_cast<Bytes>(bytes));
}

std::string duration(double seconds) {
  return seconds < 7200 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string draw_curve(std::span<const memory::Sample> samples, int columns, int rows) {
  if (samples.empty()) return "";
  const std::vector<double> values = columns_of(samples, columns);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  // Half a megabyte at least from the lowest row to the highest: noise is not to look like a mountain.
  const double range = std::max(*high - *low, 5e5);
  std::string text;
  for (int row = rows - 1; row >= 0; --row) {
    const double height = *low + range * row / (rows - 1);
    text += fmt::format("{:>10} |", row == rows - 1 || row == 0 ? label(height) : "");
    std::string line;
    for (const double value : values) line += value >= height - range / (rows - 1) / 2 ? '#' : ' ';
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  const std::string end = duration(samples.back().seconds);
  const std::string begin = duration(samples.front().seconds);
  return text + fmt::format("{:>11}{}{:>{}}\n", "", begin, end, columns + 1 - static_cast<int>(begin.size()));
}

}  // namespace vigia::soak
