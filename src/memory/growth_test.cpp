#include "memory/growth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace vigia::memory {
namespace {

std::vector<Sample> line(double begin, double per_second, int samples, double noise = 0) {
  std::mt19937 random(1);
  std::normal_distribution<double> off(0, noise > 0 ? noise : 1);
  std::vector<Sample> made;
  for (int i = 0; i < samples; ++i) {
    made.push_back({static_cast<double>(i), begin + per_second * i + (noise > 0 ? off(random) : 0)});
  }
  return made;
}

TEST(SlopeTest, OfALineIsExact) {
  const Slope slope = fit_slope(line(100, 2.5, 50));
  EXPECT_NEAR(slope.per_second, 2.5, 1e-9);
  EXPECT_NEAR(slope.error, 0, 1e-9);
  EXPECT_EQ(slope.seconds, 49);
  EXPECT_TRUE(slope.grows());
}

TEST(SlopeTest, TellsGrowthFromNoise) {
  EXPECT_FALSE(fit_slope(line(100, 0, 60, 5)).grows());
  EXPECT_FALSE(fit_slope(line(100, -1, 60, 5)).grows());
  const Slope slope = fit_slope(line(100, 1, 60, 5));
  EXPECT_TRUE(slope.grows());
  EXPECT_NEAR(slope.per_second, 1, 4 * slope.error);
  // s / sqrt(sum (t - mean t)^2) with s near 5 and 60 samples a second apart.
  EXPECT_NEAR(slope.error, 5 / std::sqrt(60.0 * (60 * 60 - 1) / 12), 0.015);
}

TEST(SlopeTest, OfTooLittleIsNothing) {
  EXPECT_EQ(fit_slope(line(0, 1, 2)).per_second, 0);
  EXPECT_EQ(fit_slope({}).per_second, 0);
  const std::vector<Sample> at_once{{1, 1}, {1, 2}, {1, 3}};
  EXPECT_EQ(fit_slope(at_once).per_second, 0);
}

TEST(SlopeTest, SaysWhenALimitIsReached) {
  const Slope slope = fit_slope(line(0, 2, 50));
  EXPECT_NEAR(seconds_until(200, 100, slope).value(), 50, 1e-6);
  EXPECT_EQ(seconds_until(200, 250, slope), 0);
  EXPECT_FALSE(seconds_until(200, 100, Slope{-1, 0, 60}));
  EXPECT_FALSE(seconds_until(200, 100, Slope{1, 0.5, 60})) << "that is noise";
}

TEST(TrendTest, EachWindowSeesItsOwnTime) {
  Trend trend;
  double value = 0;
  for (int second = 0; second < 5 * 3600; ++second) {
    value += second < 3 * 3600 ? 1.0 : 0.0;  // grew for three hours, then no more
    trend.record(second, value);
  }
  EXPECT_FALSE(trend.slope(Window::minute).grows());
  EXPECT_FALSE(trend.slope(Window::hour).grows());
  EXPECT_TRUE(trend.slope(Window::day).grows());
  EXPECT_LE(trend.slope(Window::hour).seconds, 3600);
}

TEST(TrendTest, IsSilentUntilItKnows) {
  Trend trend;
  for (int second = 0; second < 500; ++second) trend.record(second, second);
  EXPECT_TRUE(trend.slope(Window::minute).grows());
  EXPECT_EQ(trend.slope(Window::hour).seconds, 0);
  EXPECT_EQ(trend.slope(Window::day).per_second, 0);
}

TEST(TrendTest, SeldomRecordsAreMeansOfOne) {
  Trend trend;
  for (int i = 0; i < 100; ++i) trend.record(i * 5.0, i * 10.0);
  EXPECT_NEAR(trend.slope(Window::minute).per_second, 2, 1e-9);
}

}  // namespace
}  // namespace vigia::memory
