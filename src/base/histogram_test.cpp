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

}  // namespace
}  // namespace vigia
