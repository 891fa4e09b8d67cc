#include "delivery/breaker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/fake_clock.h"
#include "testing/log_capture.h"

namespace vigia::delivery {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;
using State = Breaker::State;
using ::testing::HasSubstr;

class BreakerTest : public ::testing::Test {
 protected:
  [[nodiscard]] State state() const { return breaker_.status().state; }
  // Failures, each of another sender.
  void fail(int times = 1, std::optional<Nanoseconds> after = {}) {
    for (int i = 0; i < times; ++i) {
      const Breaker::Permit turn = breaker_.next_turn();
      breaker_.failed(turn, "no answer", after);
    }
  }
  [[nodiscard]] double seconds_until(const Breaker::Permit& turn) const {
    return to_seconds(turn.not_before() - clock_.now());
  }
  [[nodiscard]] auto lines() const {
    const std::string all = log_.text();
    return std::count(all.begin(), all.end(), '\n');
  }

  testing::FakeClock clock_;
  Breaker breaker_{"server", clock_};
  testing::LogCapture log_;
};

TEST_F(BreakerTest, ThreeFailuresInARowOfAnySendersOpenIt) {
  const Breaker::Permit idle = breaker_.next_turn();
  EXPECT_LE(idle.not_before(), clock_.now());
  fail(2);
  EXPECT_EQ(state(), State::closed);
  EXPECT_FALSE(idle.changed().stop_requested());
  fail();
  EXPECT_EQ(state(), State::open);
  EXPECT_TRUE(idle.changed().stop_requested()) << "a sender that waits for a shot must not take one now";
  EXPECT_EQ(breaker_.status().failures, 3);
  EXPECT_EQ(breaker_.status().why, "no answer");
}

TEST_F(BreakerTest, ASuccessBetweenThemKeepsItClosed) {
  fail(2);
  breaker_.succeeded();
  fail(2);
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(lines(), 0);
}

TEST_F(BreakerTest, OneAnswerThatNamesATimeOpensItForExactlyThat) {
  fail(1, 90s);
  EXPECT_EQ(state(), State::open);
  EXPECT_EQ(seconds_until(breaker_.next_turn()), 90);
}

TEST_F(BreakerTest, NoMoreThanAnHourIsBelieved) {
  fail(1, 24h);
  EXPECT_EQ(seconds_until(breaker_.next_turn()), 3600);
}

TEST_F(BreakerTest, OneSenderTriesAndTheOthersWaitForWhatComesOfIt) {
  fail(3);
  const Breaker::Permit tries = breaker_.next_turn();
  const Breaker::Permit waits = breaker_.next_turn();
  EXPECT_GE(seconds_until(tries), 1);
  EXPECT_LE(seconds_until(tries), 2);
  EXPECT_GT(seconds_until(waits), 3600);
  clock_.advance(2s);
  EXPECT_EQ(state(), State::half_open);
  EXPECT_GT(seconds_until(breaker_.next_turn()), 3600);
  breaker_.succeeded();
  EXPECT_EQ(state(), State::closed);
  EXPECT_TRUE(waits.changed().stop_requested());
  EXPECT_LE(breaker_.next_turn().not_before(), clock_.now());
}

TEST_F(BreakerTest, EachFailedTryMakesThePauseLongerUpToAMinute) {
  fail(3);
  for (const double longest : {2., 4., 8., 16., 32., 60., 60.}) {
    const Breaker::Permit tries = breaker_.next_turn();
    EXPECT_GE(seconds_until(tries), longest / 2);
    EXPECT_LE(seconds_until(tries), longest);
    clock_.advance(60s);
    breaker_.failed(tries, "still not", {});
  }
  breaker_.succeeded();
  fail(3);
  EXPECT_LE(seconds_until(breaker_.next_turn()), 2) << "after a success it begins anew";
}

TEST_F(BreakerTest, WhatWasUnderWayWhenItOpenedDoesNotMakeThePauseLonger) {
  const Breaker::Permit under_way = breaker_.next_turn();
  fail(3);
  const Breaker::Permit tries = breaker_.next_turn();
  breaker_.failed(under_way, "no answer", {});
  EXPECT_FALSE(tries.changed().stop_requested());
  EXPECT_LE(breaker_.status().next_try, 2);
  EXPECT_EQ(breaker_.status().failures, 4);
}

TEST_F(BreakerTest, ButATimeThatTheReceiverNamesCounts) {
  const Breaker::Permit under_way = breaker_.next_turn();
  fail(3);
  const Breaker::Permit tries = breaker_.next_turn();
  breaker_.failed(under_way, "busy", 30s);
  EXPECT_TRUE(tries.changed().stop_requested());
  EXPECT_EQ(seconds_until(breaker_.next_turn()), 30);
}

TEST_F(BreakerTest, ATryThatToldNothingIsTheNextSenders) {
  fail(3);
  std::optional<Breaker::Permit> tries(breaker_.next_turn());
  const Breaker::Permit waits = breaker_.next_turn();
  tries.reset();
  EXPECT_TRUE(waits.changed().stop_requested());
  EXPECT_LE(seconds_until(breaker_.next_turn()), 2);
}

TEST_F(BreakerTest, ASuccessThatWasUnderWayClosesItToo) {
  fail(3);
  breaker_.succeeded();
  EXPECT_EQ(state(), State::closed);
}

TEST_F(BreakerTest, SaysOneLineWhenItOpensAndOneWhenItCloses) {
  fail(3);
  EXPECT_EQ(lines(), 1);
  EXPECT_THAT(log_.text(), HasSubstr("server: 3 failures in a row, the next try in "));
  EXPECT_THAT(log_.text(), HasSubstr("no answer"));
  for (int i = 0; i < 5; ++i) {
    const Breaker::Permit tries = breaker_.next_turn();
    clock_.advance(60s);
    breaker_.failed(tries, "still not", {});
  }
  EXPECT_EQ(lines(), 1);
  breaker_.succeeded();
  EXPECT_EQ(lines(), 2);
  EXPECT_THAT(log_.text(), HasSubstr("delivers again after 300 s and 8 failures"));
  EXPECT_EQ(breaker_.status().opened, 1U);
  EXPECT_EQ(breaker_.status().why, "");
}

}  // namespace
}  // namespace vigia::delivery
