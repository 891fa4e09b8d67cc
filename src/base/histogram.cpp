#include "base/histogram.h"

#include <algorithm>
#include <cmath>

namespace vigia {

Histogram::Snapshot Histogram::snapshot() const noexcept {
  Snapshot taken;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    taken.counts_[i] = counts_[i].load(std::memory_order_relaxed);
  }
  taken.max_ = static_cast<double>(max_.load(std::memory_order_relaxed));
  return taken;
}

Histogram::Percentiles Histogram::percentiles(std::chrono::nanoseconds unit) const noexcept {
  return snapshot().percentiles(unit);
}

double Histogram::Snapshot::lower_bound(std::size_t bucket) noexcept {
  if (bucket < kSub) return static_cast<double>(bucket);
  const auto power = static_cast<int>(bucket / kSub) + kSubBits - 1;
  const auto sub = static_cast<double>(bucket % kSub);
  return std::ldexp(1.0 + sub / kSub, power);
}

Histogram::Snapshot Histogram::Snapshot::since(const Snapshot& earlier) const noexcept {
  Snapshot between;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    between.counts_[i] = counts_[i] - std::min(earlier.counts_[i], counts_[i]);
    if (between.counts_[i] > 0) between.max_ = std::min(max_, upper_bound(i));
  }
  return between;
}

std::chrono::nanoseconds Histogram::Snapshot::sum() const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    sum += static_cast<double>(counts_[i]) * (lower_bound(i) + upper_bound(i)) / 2;
  }
  return std::chrono::nanoseconds(std::llround(sum));
}

Histogram::Distribution Histogram::Snapshot::distribution() const noexcept {
  Distribution all;
  std::size_t bound = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const double seconds = (lower_bound(i) + upper_bound(i)) / 2 / 1e9;
    for (; bound < kBounds.size() && seconds > kBounds.at(bound); ++bound) all.up_to.at(bound) = all.count;
    all.count += counts_[i];
    all.sum_seconds += static_cast<double>(counts_[i]) * seconds;
  }
  for (; bound < kBounds.size(); ++bound) all.up_to.at(bound) = all.count;
  return all;
}

Histogram::Percentiles Histogram::Snapshot::percentiles(std::chrono::nanoseconds unit) const noexcept {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts_) total += count;
  const double scale = 1.0 / static_cast<double>(unit.count());
  const double max = max_ * scale;
  const auto at = [&](double share) {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= rank) return std::min(upper_bound(i) * scale, max);
    }
    return max;
  };
  if (total == 0) return {};
  return {at(0.5), at(0.95), at(0.99), at(0.999), max, total};
}

}  // namespace vigia
