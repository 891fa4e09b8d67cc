// Counts durations in fixed buckets, 32 to each power of two: a percentile is right within 3 %, the
// maximum is exact. Cost: two relaxed atomic additions, no allocation. Threads: thread-safe; a
// snapshot taken while others record may miss the newest.
//
//   const auto before = histogram.snapshot();
//   ... a while later ...
//   histogram.snapshot().since(before).percentiles(1ms);    // of that interval only
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace vigia {

class Histogram {
 public:
  struct Percentiles {
    double p50 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0;
    std::uint64_t count = 0;
  };
  // For graphs over many programs: how many were no longer than each of some fixed bounds.
  static constexpr std::array kBounds{1e-6, 1e-5, 1e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025,
                                      0.05, 0.1,  0.25, 0.5,  1.0,    2.5,  5.0,  10.0};  // seconds
  struct Distribution {
    std::array<std::uint64_t, kBounds.size()> up_to{};  // right within 3 % of the bound
    std::uint64_t count = 0;
    double sum_seconds = 0;
  };

  void record(std::chrono::nanoseconds duration) noexcept {
    const auto ns = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    counts_[bucket(ns)].fetch_add(1, std::memory_order_relaxed);
    std::uint64_t seen = max_.load(std::memory_order_relaxed);
    while (ns > seen && !max_.compare_exchange_weak(seen, ns, std::memory_order_relaxed)) {
    }
  }

  // In multiples of `unit`: percentiles(1us) gives microseconds.
  [[nodiscard]] Percentiles percentiles(std::chrono::nanoseconds unit) const noexcept;

  class Snapshot;  // 15 KB
  [[nodiscard]] Snapshot snapshot() const noexcept;

 private:
  static constexpr int kSubBits = 5;
  static constexpr int kSub = 1 << kSubBits;
  static constexpr int kBuckets = (64 - kSubBits + 1) * kSub;

  static constexpr std::size_t bucket(std::uint64_t ns) noexcept {
    if (ns < kSub) return ns;
    const int power = std::bit_width(ns) - 1;  // >= kSubBits
    return static_cast<std::size_t>((power - kSubBits + 1) * kSub) +
           ((ns >> (power - kSubBits)) & (kSub - 1));
  }

  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
  std::atomic<std::uint64_t> max_{0};
};

// The counts of a histogram at one moment. A value.
class Histogram::Snapshot {
 public:
  // Only the durations counted after `earlier`, a snapshot of the same histogram. Its maximum is exact if it
  // is also that of the whole time, else right within 3 %.
  [[nodiscard]] Snapshot since(const Snapshot& earlier) const noexcept;
  [[nodiscard]] Percentiles percentiles(std::chrono::nanoseconds unit) const noexcept;
  // The sum of all durations; right within 1.6 %.
  [[nodiscard]] std::chrono::nanoseconds sum() const noexcept;
  [[nodiscard]] Distribution distribution() const noexcept;

 private:
  friend class Histogram;
  static double lower_bound(std::size_t bucket) noexcept;
  static double upper_bound(std::size_t bucket) noexcept {
    return bucket < kSub ? lower_bound(bucket) : lower_bound(bucket + 1);  // below kSub: one number each
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  double max_ = 0;  // nanoseconds
};

}  // namespace vigia
