#include "camera/retry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "camera/condition.h"
#include "camera/failure_log.h"
#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

TEST(Retry, WhatIsAwayIsTriedAgainAfterOneSecondDoubledToThirty) {
  Retry retry(1s, 7);
  double expected = 1;
  for (int i = 0; i < 12; ++i) {
    const double pause = to_seconds(retry.failed(Condition::offline));
    EXPECT_GE(pause, expected * 0.8);
    EXPECT_LE(pause, expected);
    expected = std::min(expected * 2, 30.0);
  }
}

TEST(Retry, NeverATightLoop) {
  Retry retry(0s, 7);
  EXPECT_GE(retry.failed(Condition::offline), 80ms);
}

TEST(Retry, CamerasThatFailTogetherComeBackApart) {
  Retry one(10s, 1), other(10s, 2);
  EXPECT_NE(one.failed(Condition::offline), other.failed(Condition::offline));
}

TEST(Retry, AWrongPasswordIsTriedAgainAfterOneFiveFifteenAndThirtyMinutes) {
  Retry retry(1s, 7);
  for (const Nanoseconds expected : {Nanoseconds(1min), Nanoseconds(5min), Nanoseconds(15min),
                                     Nanoseconds(30min), Nanoseconds(30min), Nanoseconds(30min)}) {
    EXPECT_EQ(retry.failed(Condition::refused), expected);
  }
}

TEST(Retry, AnAccountThatIsRefusedBetweenOtherFailuresIsNotTriedMoreOften) {
  Retry retry(1s, 7);
  EXPECT_EQ(retry.failed(Condition::refused), 1min);
  EXPECT_LE(retry.failed(Condition::offline), 1s);
  EXPECT_EQ(retry.failed(Condition::refused), 5min);
}

TEST(Retry, ABusyCameraIsLeftAloneAsLongAsItKeepsASession) {
  Retry retry(1s, 7);
  EXPECT_EQ(retry.failed(Condition::busy), 60s) << "it did not tell";
  EXPECT_EQ(retry.failed(Condition::busy, 20s), 20s);
  EXPECT_EQ(retry.failed(Condition::busy, 0s), 1s);
  EXPECT_EQ(retry.failed(Condition::busy, 1000h), 10min);
}

TEST(Retry, OnlyAGoodMinuteBeginsAnew) {
  testing::FakeClock clock;
  Retry retry(1s, 7);
  const auto shows_for = [&](Nanoseconds time) {
    int told = 0;
    for (Nanoseconds shown{0}; shown <= time; shown += 1s) {
      told += retry.frame(clock.now()) ? 1 : 0;
      clock.advance(1s);
    }
    return told;
  };
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(shows_for(3s), 0);
    static_cast<void>(retry.failed(Condition::offline));
  }
  EXPECT_GE(retry.failed(Condition::offline), 24s) << "a camera that comes and goes is not tried each second";
  EXPECT_EQ(retry.failed(Condition::refused), 1min);
  EXPECT_EQ(shows_for(200s), 1) << "told once";
  EXPECT_LE(retry.failed(Condition::offline), 1s);
  EXPECT_EQ(retry.failed(Condition::refused), 1min);
}

TEST(FailureLog, AFailureThatLastsIsWrittenOnceAndEachTenMinutesWithItsCount) {
  testing::FakeClock clock;
  FailureLog log;
  int lines = 0;
  std::string last;
  for (int i = 0; i < 60; ++i) {  // half an hour
    if (const auto line = log.failed("gone", clock.now())) {
      ++lines;
      last = *line;
    }
    clock.advance(30s);
  }
  EXPECT_EQ(lines, 3);
  EXPECT_NE(last.find("gone (19 failures were not logged since"), std::string::npos) << last;
}

TEST(FailureLog, ACameraThatComesAndGoesEachSecondWritesTwoLinesAtFirst) {
  testing::FakeClock clock;
  FailureLog log;
  int lines = 0;
  for (int i = 0; i < 300; ++i) {
    lines += log.failed("it has ended", clock.now()) ? 1 : 0;
    lines += log.recovered(clock.now()) ? 1 : 0;
    clock.advance(1s);
  }
  EXPECT_EQ(lines, 2);
  const auto settled = log.settled();
  ASSERT_TRUE(settled);
  EXPECT_NE(settled->find("after 300 failed tries, of which 299 were not logged"), std::string::npos)
      << *settled;
  EXPECT_FALSE(log.settled()) << "said";
}

TEST(FailureLog, FailuresThatAllReadDifferentlyAreSomeLinesAMinute) {
  testing::FakeClock clock;
  FailureLog log;
  int lines = 0;
  for (int i = 0; i < 600; ++i) {  // ten minutes
    lines += log.failed("failure " + std::to_string(i), clock.now()) ? 1 : 0;
    lines += log.recovered(clock.now()) ? 1 : 0;
    clock.advance(1s);
  }
  EXPECT_LE(lines, 44);
  EXPECT_GE(lines, 30);
}

TEST(FailureLog, AfterAGoodMinuteTheSameFailureIsNewsAgain) {
  testing::FakeClock clock;
  FailureLog log;
  EXPECT_TRUE(log.failed("gone", clock.now()));
  EXPECT_TRUE(log.recovered(clock.now()));
  clock.advance(61s);
  EXPECT_FALSE(log.settled()) << "its recovery was written";
  clock.advance(61s);
  EXPECT_TRUE(log.failed("gone", clock.now()));
}

TEST(FailureLog, WithoutAFailureThereIsNothingToSay) {
  FailureLog log;
  EXPECT_FALSE(log.recovered(SteadyTime()));
  EXPECT_FALSE(log.settled());
}

TEST(Conditions, EachHasANameAndAWayOut) {
  std::set<std::string_view> names;
  for (const Condition condition : kAllConditions) {
    EXPECT_TRUE(names.insert(to_string(condition)).second);
    EXPECT_FALSE(remedy(condition).empty());
  }
  EXPECT_EQ(to_string(Condition::refused), "refused");
  EXPECT_EQ(to_string(Condition::no_faces), "no_faces");
  EXPECT_EQ(to_string(Condition::slow_decoder), "slow_decoder");
}

}  // namespace
}  // namespace vigia::camera
