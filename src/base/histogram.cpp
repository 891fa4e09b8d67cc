#include "base/histogram.h"

#include <algorithm>
#include <cmath>

namespace vigia {

double Histogram::upper_bound(std::size_t bucket) noexcept {
  if (bucket < kSub) return static_cast<double>(bucket);
  const auto power = static_cast<int>(bucket / kSub) + kSubBits - 1;
  const auto sub = static_cast<double>(bucket % kSub);
  return std::ldexp(1.0 + (sub + 1.0) / kSub, power);
}

Histogram::Percentiles Histogram::percentiles(std::chrono::nanoseconds unit) const noexcept {
  std::array<std::uint64_t, kBuckets> counts;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = counts_[i].load(std::memory_order_relaxed);
    total += counts[i];
  }
  const double scale = 1.0 / static_cast<double>(unit.count());
  const double max = static_cast<double>(max_.load(std::memory_order_relaxed)) * scale;
  const auto at = [&](double share) {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      seen += counts[i];
      if (seen >= rank) return std::min(upper_bound(i) * scale, max);
    }
    return max;
  };
  if (total == 0) return {};
  return {at(0.5), at(0.95), at(0.99), at(0.999), max, total};
}

}  // namespace vigia
