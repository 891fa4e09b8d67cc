#include "base/histogram.h"

#include <gtest/gtest.h>

namespace vigia {
namespace {

using namespace std::chrono_literals;

TEST(HistogramTest, EmptyIsZero) {
  Histogram histogram;
  EXPECT_EQ(histogram.percentiles(1us).count, 0U);
  EXPECT_EQ(histogram.percentiles(1us).max, 0.0);
}

TEST(HistogramTest, PercentilesAreWithinABucketAndTheMaximumIsExact) {
  Histogram histogram;
  for (int i = 1; i <= 10000; ++i) histogram.record(std::chrono::microseconds(i));
  const auto p = histogram.percentiles(1us);
  EXPECT_NEAR(p.p50, 5000, 5000 * 0.032);
  EXPECT_NEAR(p.p99, 9900, 9900 * 0.032);
  EXPECT_EQ(p.max, 10000.0);
  EXPECT_LE(p.p999, p.max);
  EXPECT_EQ(p.count, 10000U);
}

TEST(HistogramTest, TakesAnyDuration) {
  Histogram histogram;
  histogram.record(-5ns);
  histogram.record(std::chrono::nanoseconds::max());
  EXPECT_EQ(histogram.percentiles(1ns).count, 2U);
}

TEST(HistogramTest, DurationsBetweenTwoSnapshotsCanBeSeparated) {
  Histogram histogram;
  histogram.record(90ms);
  const auto before = histogram.snapshot();
  for (int i = 0; i < 100; ++i) histogram.record(2ms);
  histogram.record(50ms);
  const auto between = histogram.snapshot().since(before);
  const auto p = between.percentiles(1ms);
  EXPECT_EQ(p.count, 101U);
  EXPECT_NEAR(p.p50, 2, 2 * 0.032);
  EXPECT_NEAR(p.max, 50, 50 * 0.032) << "not that of the time before";
  EXPECT_NEAR(static_cast<double>(between.sum().count()), 250e6, 250e6 * 0.016);
  EXPECT_EQ(histogram.snapshot().since(histogram.snapshot()).percentiles(1ms).count, 0U);
}

TEST(HistogramTest, TheSumOfSmallNumbersIsExact) {
  Histogram histogram;
  for (int i = 0; i < 32; ++i) histogram.record(std::chrono::nanoseconds(i));
  EXPECT_EQ(histogram.snapshot().sum(), 496ns);
  EXPECT_EQ(Histogram().snapshot().sum(), 0ns);
}

TEST(HistogramTest, TheDistributionCountsUpToEachBound) {
  Histogram histogram;
  histogram.record(500ns);
  for (int i = 0; i < 10; ++i) histogram.record(2ms);
  histogram.record(20s);
  const Histogram::Distribution all = histogram.snapshot().distribution();
  EXPECT_EQ(all.up_to,
            (std::array<std::uint64_t, 16>{1, 1, 1, 1, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11}));
  EXPECT_EQ(all.count, 12U);
  EXPECT_NEAR(all.sum_seconds, 20.02, 20.02 * 0.016);
  EXPECT_EQ(Histogram().snapshot().distribution().count, 0U);
}

}  // namespace
}  // namespace vigia
