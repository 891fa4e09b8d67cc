#include "soak/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/dice.h"

namespace vigia::soak {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Bounds kBounds{
    .warm_up = 600, .round = 60, .max_growth = 8'000'000, .max_rss = 600'000'000, .cameras = 3};

// A look a second; the process at that second.
std::vector<Observation> curve(int seconds, const std::function<void(double, Observation&)>& shape) {
  std::vector<Observation> all;
  for (int i = 0; i < seconds; ++i) {
    Observation at;
    at.seconds = i;
    at.process = {.anonymous = 80'000'000,
                  .resident = 130'000'000,
                  .peak = 140'000'000,
                  .threads = 12,
                  .descriptors = 20};
    at.quiet = i % 60 > 30;
    at.cameras_up = at.quiet ? 3 : 1;
    shape(i, at);
    all.push_back(at);
  }
  return all;
}

// Up and down with each round, and at random.
Bytes noise(double seconds) {
  Dice dice({static_cast<std::uint64_t>(seconds)});
  return static_cast<Bytes>(3e6 * std::sin(seconds / 60 * 2 * M_PI) + dice.between(-2e6, 2e6));
}

TEST(VerdictTest, NoiseIsNoGrowth) {
  const Verdict verdict =
      judge(curve(2 * 3600, [](double t, Observation& at) { at.process.anonymous += noise(t); }), kBounds);
  EXPECT_THAT(verdict.failures, IsEmpty());
  EXPECT_THAT(verdict.remarks, IsEmpty());
  ASSERT_TRUE(verdict.growth.has_value());
  EXPECT_LT(std::abs(verdict.growth->per_hour), 4 * verdict.growth->error);
  EXPECT_EQ(verdict.peak, 140'000'000);
}

TEST(VerdictTest, ALeakIsFoundInTheNoise) {
  const auto leak = [](double per_hour) {
    return curve(2 * 3600, [per_hour](double t, Observation& at) {
      at.process.anonymous += noise(t) + static_cast<Bytes>(per_hour * t / 3600);
    });
  };
  const Verdict leaking = judge(leak(12e6), kBounds);
  ASSERT_THAT(leaking.failures, ElementsAre(HasSubstr("memory grows by")));
  EXPECT_THAT(leaking.failures.front(), HasSubstr("above the bound of 8.0 MB"));
  EXPECT_NEAR(leaking.growth->per_hour, 12e6, 1e6);
  EXPECT_THAT(judge(leak(4e6), kBounds).failures, IsEmpty()) << "within the bound";
}

TEST(VerdictTest, WhatTheWarmUpGrowsIsNotCounted) {
  const auto rising_first = curve(1800, [](double t, Observation& at) {
    at.process.anonymous += static_cast<Bytes>(100e6 * std::min(t, 600.0) / 600);
  });
  EXPECT_THAT(judge(rising_first, kBounds).failures, IsEmpty());
  Bounds without = kBounds;
  without.warm_up = 0;
  EXPECT_THAT(judge(rising_first, without).failures, ElementsAre(HasSubstr("memory grows")));
}

TEST(VerdictTest, AShortRunSaysSoAndJudgesTheCaps) {
  Bounds bounds = kBounds;
  bounds.warm_up = 20;
  const auto steep = curve(60, [](double t, Observation& at) {
    at.process.anonymous += static_cast<Bytes>(t * 1e6);
    at.quiet = true;
  });
  const Verdict verdict = judge(steep, bounds);
  EXPECT_THAT(verdict.failures, IsEmpty());
  EXPECT_THAT(verdict.remarks, ElementsAre(HasSubstr("too short for a verdict on slope: 39 s")));
  EXPECT_FALSE(verdict.growth.has_value());
  bounds.max_rss = 100'000'000;
  EXPECT_THAT(judge(steep, bounds).failures,
              ElementsAre(HasSubstr("reached 140.0 MB, 40.0 MB more than the 100.0 MB")));
}

TEST(VerdictTest, DescriptorsAndThreadsAreComparedAtQuietMoments) {
  const auto leaking = curve(3600, [](double t, Observation& at) {
    at.process.descriptors += static_cast<int>(t / 200);
    at.process.threads += static_cast<int>(t / 600);
  });
  EXPECT_THAT(judge(leaking, kBounds).failures,
              ElementsAre(HasSubstr("open descriptors rose from 24 to 36"), HasSubstr("threads rose from")));
  const auto only_in_trouble = curve(3600, [](double t, Observation& at) {
    if (!at.quiet) at.process.descriptors += static_cast<int>(t / 10);
  });
  EXPECT_THAT(judge(only_in_trouble, kBounds).failures, IsEmpty());
  const auto a_few = curve(3600, [](double t, Observation& at) {
    if (t > 1800) at.process.descriptors += kBounds.spare_descriptors;
  });
  EXPECT_THAT(judge(a_few, kBounds).failures, IsEmpty());
}

TEST(VerdictTest, WithoutQuietMomentsThereIsNoVerdictOnDescriptors) {
  const auto restless = curve(3600, [](double, Observation& at) { at.quiet = false; });
  EXPECT_THAT(judge(restless, kBounds).remarks,
              ElementsAre(HasSubstr("no verdict on open descriptors"), HasSubstr("no verdict on threads")));
}

TEST(VerdictTest, NothingSeenIsNotGood) {
  EXPECT_THAT(judge({}, kBounds).failures, ElementsAre(HasSubstr("nothing was seen")));
}

TEST(VerdictTest, AllCamerasHaveToBeWatchedOnce) {
  const auto one_down = curve(3600, [](double, Observation& at) { at.cameras_up = at.quiet ? 2 : 1; });
  EXPECT_THAT(judge(one_down, kBounds).failures,
              ElementsAre("never were all 3 cameras watched, at most 2 at a time"));
  const auto once = curve(3600, [](double t, Observation& at) { at.cameras_up = t == 1800 ? 3 : 2; });
  EXPECT_THAT(judge(once, kBounds).failures, IsEmpty());
}

TEST(VerdictTest, NoiseBeyondTheBoundIsSaid) {
  const auto noisy = [](double per_hour) {
    return curve(2 * 3600, [per_hour](double t, Observation& at) {
      Dice dice({static_cast<std::uint64_t>(t / 60)});  // another level each round
      at.process.anonymous += static_cast<Bytes>(dice.between(-55e6, 55e6) + per_hour * t / 3600);
    });
  };
  const Verdict hidden = judge(noisy(9e6), kBounds);
  ASSERT_TRUE(hidden.growth.has_value());
  ASSERT_GT(2 * hidden.growth->error, 8e6);
  EXPECT_THAT(hidden.failures, IsEmpty());
  EXPECT_THAT(hidden.remarks, ElementsAre(HasSubstr("too noisy for a verdict on growth")));
  const Verdict plain = judge(noisy(100e6), kBounds);
  EXPECT_THAT(plain.failures, ElementsAre(HasSubstr("memory grows by"))) << "beyond all noise";
  EXPECT_THAT(plain.remarks, IsEmpty());
}

TEST(VerdictTest, AnUnknownBoundOfResidentMemoryIsSaid) {
  Bounds bounds = kBounds;
  bounds.max_rss = 0;
  const Verdict verdict = judge(curve(3600, [](double, Observation&) {}), bounds);
  EXPECT_THAT(verdict.failures, IsEmpty());
  EXPECT_THAT(verdict.remarks, ElementsAre(HasSubstr("no verdict on resident memory")));
}

TEST(VerdictTest, QuartersShareTheTimeAfterTheWarmUp) {
  const Verdict verdict = judge(curve(3001,
                                      [](double t, Observation& at) {
                                        if (t > 2400) at.process.anonymous = 90'000'000;
                                        if (t == 2700) at.process.resident = 135'000'000;
                                      }),
                                kBounds);
  EXPECT_EQ(verdict.quarters[0].begin, 600);
  EXPECT_EQ(verdict.quarters[3].end, 3000);
  EXPECT_EQ(verdict.quarters[0].anonymous, 80'000'000);
  EXPECT_NEAR(static_cast<double>(verdict.quarters[3].anonymous), 90e6, 1e5);
  EXPECT_EQ(verdict.quarters[3].resident, 135'000'000);
  EXPECT_EQ(verdict.quarters[2].descriptors, 20);
}

}  // namespace
}  // namespace vigia::soak
