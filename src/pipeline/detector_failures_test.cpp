#include "pipeline/detector_failures.h"

#include <gtest/gtest.h>

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

TEST(DetectorFailuresTest, AreToldAtOnceAndThenOnceAMinuteWithTheirNumber) {
  CameraCounters counters;
  DetectorFailures failures;
  SteadyTime now{};
  EXPECT_EQ(failures.failed("no memory", counters, now),
            "the detector failed on 1 frames (1 in all), which were not searched: no memory");
  for (int i = 0; i < 59; ++i) EXPECT_EQ(failures.failed("no memory", counters, now += 1s), "");
  EXPECT_EQ(failures.failed("no weights", counters, now += 1s),
            "the detector failed on 60 frames (61 in all), which were not searched: no weights");
  EXPECT_EQ(failures.failed("no weights", counters, now += 1s), "");
  EXPECT_EQ(counters.detector_errors, 62U);
}

TEST(DetectorFailuresTest, EndWithTheFirstFrameThatIsSearched) {
  CameraCounters counters;
  DetectorFailures failures;
  static_cast<void>(failures.failed("no memory", counters, {}));
  EXPECT_TRUE(counters.detector_fails);
  failures.worked(counters);
  EXPECT_FALSE(counters.detector_fails);
}

}  // namespace
}  // namespace vigia::pipeline
