#include "soak/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace vigia::soak {
namespace {

ScheduleOptions storm(double seconds, std::uint64_t seed = 1) {
  return {.level = FaultIntensity::storm, .seconds = seconds, .cameras = 3, .findface = true, .seed = seed};
}

std::set<CameraFault> kinds_of(const std::vector<Fault>& schedule) {
  std::set<CameraFault> kinds;
  for (const Fault& fault : schedule) kinds.insert(fault.kind);
  return kinds;
}

TEST(ScheduleTest, FollowsFromItsSeed) {
  EXPECT_EQ(make_schedule(storm(300)), make_schedule(storm(300)));
  EXPECT_NE(make_schedule(storm(300)), make_schedule(storm(300, 2)));
}

TEST(ScheduleTest, AMinuteOfStormHasEveryKind) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_EQ(kinds_of(make_schedule(storm(60, seed))).size(), kCameraFaults.size() + kFindFaceFaults.size())
        << seed;
  }
}

TEST(ScheduleTest, ANightOfAnyLevelHasEveryKindAboutEquallyOften) {
  for (const FaultIntensity level : {FaultIntensity::calm, FaultIntensity::normal, FaultIntensity::storm}) {
    std::map<CameraFault, int> times;
    for (const Fault& fault : make_schedule({level, 8 * 3600.0, 4, true, 3})) ++times[fault.kind];
    ASSERT_EQ(times.size(), kCameraFaults.size() + kFindFaceFaults.size());
    for (const CameraFault kind : kCameraFaults) EXPECT_NEAR(times[kind], times[CameraFault::kill], 1);
    for (const CameraFault kind : kFindFaceFaults) EXPECT_NEAR(times[kind], times[CameraFault::down], 1);
  }
}

TEST(ScheduleTest, OneTargetHasOneFaultAtATimeAndEachRoundEndsQuietly) {
  for (const FaultIntensity level : {FaultIntensity::calm, FaultIntensity::normal, FaultIntensity::storm}) {
    const auto schedule = make_schedule({level, 4 * 3600.0, 5, true, 7});
    ASSERT_FALSE(schedule.empty());
    std::map<int, double> free_from;
    const double round = round_seconds(level);
    for (const Fault& fault : schedule) {
      EXPECT_GE(fault.at, free_from[fault.target]);
      free_from[fault.target] = fault.end();
      const double round_end = kCalmStart + (std::floor((fault.at - kCalmStart) / round) + 1) * round;
      EXPECT_LE(fault.end(), round_end - 0.49 * round);
      EXPECT_LE(round_end, 4 * 3600.0);
    }
    EXPECT_TRUE(std::is_sorted(schedule.begin(), schedule.end(),
                               [](const Fault& a, const Fault& b) { return a.at < b.at; }));
  }
}

TEST(ScheduleTest, TargetsAreThoseThatExist) {
  for (const Fault& fault : make_schedule({FaultIntensity::normal, 7200, 3, false, 1})) {
    EXPECT_GE(fault.target, 0);
    EXPECT_LT(fault.target, 3);
  }
  for (const Fault& fault : make_schedule({FaultIntensity::storm, 7200, 1, true, 1})) {
    const bool of_findface =
        std::find(kFindFaceFaults.begin(), kFindFaceFaults.end(), fault.kind) != kFindFaceFaults.end();
    EXPECT_EQ(fault.target == kFindFace, of_findface);
  }
}

TEST(ScheduleTest, TheWarmUpLastsUntilEachKindHasBeenThere) {
  constexpr double kNight = 8 * 3600;
  EXPECT_EQ(warm_up_seconds({}, kNight), 1800);
  EXPECT_EQ(warm_up_seconds({}, 3600), 900);
  EXPECT_EQ(warm_up_seconds({}, 50), 15);
  EXPECT_EQ(warm_up_seconds({}, 30), 10) << "a third of the run";
  const std::vector<Fault> late = {
      {100, 5, 0, CameraFault::kill}, {5000, 60, 0, CameraFault::slow}, {6000, 60, 0, CameraFault::kill}};
  EXPECT_EQ(warm_up_seconds(late, kNight), 5060) << "longer than half an hour";
  EXPECT_EQ(warm_up_seconds(late, 9000), 3000);
}

TEST(ScheduleTest, NoneAndTooShortAreEmpty) {
  EXPECT_TRUE(make_schedule({FaultIntensity::none, 3600, 3, true, 1}).empty());
  EXPECT_TRUE(make_schedule(storm(kCalmStart + 15)).empty());
}

}  // namespace
}  // namespace vigia::soak
