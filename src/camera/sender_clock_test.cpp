// Times of capture by the camera's own clock. The truth is a scene of pictures whose times this file makes
// up.
#include "camera/sender_clock.h"

#include <gtest/gtest.h>

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

// 2^32 units of 1/90000 s, as ITU-T H.264 over RTP has them (RFC 6184).
constexpr Nanoseconds kRange{47'721'858'844'444};

class SenderClockTest : public ::testing::Test {
 protected:
  SenderClockTest() { clock_.begin_connection(kRange); }
  // A picture every 40 ms, for so long. `ahead`: the camera's clock less the right one; `delay`: how long
  // each picture is on its way; `wrong`: what FFmpeg adds to the camera's time. Returns the error of the last
  // time of capture, or nothing where the clock could not be used.
  std::optional<Nanoseconds> play(Nanoseconds length, Nanoseconds ahead, Nanoseconds delay = 120ms,
                                  Nanoseconds wrong = 0ms) {
    std::optional<Nanoseconds> error;
    for (Nanoseconds t{0}; t < length; t += 40ms, now_ += 40ms) {
      const UtcTime happened = kStart + cast(now_);
      const auto captured =
          clock_.read(happened + cast(ahead + wrong), happened + cast(delay), SteadyTime(now_ + delay));
      error = captured ? std::optional<Nanoseconds>(*captured - happened) : std::nullopt;
    }
    return error;
  }
  static UtcTime::duration cast(Nanoseconds d) { return std::chrono::duration_cast<UtcTime::duration>(d); }

  const UtcTime kStart = from_unix_us(1'800'000'000'000'000);
  SenderClock clock_;
  Nanoseconds now_{0};
};

TEST_F(SenderClockTest, ARightClockGivesTheTimeBeforeThePictureWasEncodedAndSent) {
  EXPECT_EQ(play(1s, 0ms, 350ms), 0ms);
  EXPECT_EQ(clock_.skew(), -350ms);
}

TEST_F(SenderClockTest, ACameraWithoutReportsLeavesTheEstimateAlone) {
  EXPECT_EQ(clock_.read(std::nullopt, kStart, SteadyTime(1s)), std::nullopt);
  EXPECT_EQ(clock_.skew(), std::nullopt);
}

TEST_F(SenderClockTest, AWrongClockIsShownAndNotUsed) {
  for (const Nanoseconds ahead :
       {Nanoseconds(-1h), Nanoseconds(-5s), Nanoseconds(3s), Nanoseconds(400 * 24h)}) {
    clock_.begin_connection(kRange);
    EXPECT_EQ(play(1s, ahead, 0ms), std::nullopt);
    EXPECT_EQ(clock_.skew(), ahead);
  }
}

TEST_F(SenderClockTest, ACaptureIsNeverLaterThanItsArrival) {
  EXPECT_EQ(play(1s, 80ms, 20ms), 20ms);
}

// libavformat 59 after each wrap of the 32-bit stamps, up to the next report.
TEST_F(SenderClockTest, WhatFfmpegMakesOfAWrapIsTakenBack) {
  play(10s, 0ms);
  EXPECT_EQ(play(4s, 0ms, 120ms, -kRange), 0ms);
  EXPECT_EQ(play(4s, 0ms, 120ms, kRange), 0ms);
  EXPECT_EQ(play(4s, 0ms), 0ms);
  EXPECT_EQ(clock_.skew(), -120ms);
}

TEST_F(SenderClockTest, AWrapIsTakenBackFromTheFirstPictureOn) {
  EXPECT_EQ(play(40ms, 0ms, 120ms, -kRange), 0ms);
}

TEST_F(SenderClockTest, AWrapDoesNotHideThatTheClockIsWrong) {
  play(10s, 20min);
  EXPECT_EQ(play(1s, 20min, 0ms, -kRange), std::nullopt);
  EXPECT_EQ(clock_.skew(), 20min);
}

TEST_F(SenderClockTest, AJumpIsIgnoredUntilItHasLasted) {
  play(10s, 0ms, 0ms);
  EXPECT_EQ(play(4s, 10min, 0ms), std::nullopt);
  EXPECT_EQ(clock_.skew(), 0ms);
  play(2s, 10min, 0ms);
  EXPECT_EQ(clock_.skew(), 10min);
  EXPECT_EQ(play(6s, 0ms, 0ms), 0ms);
}

TEST_F(SenderClockTest, AClockThatDriftsIsFollowed) {
  for (int minute = 0; minute < 60; ++minute) play(1s, minute * 100ms, 0ms);
  EXPECT_EQ(clock_.skew(), 5900ms);
}

TEST_F(SenderClockTest, AnotherConnectionBeginsAnew) {
  play(10s, 10min, 0ms);
  clock_.begin_connection(kRange);
  EXPECT_EQ(clock_.skew(), std::nullopt);
  EXPECT_EQ(play(40ms, 0ms), 0ms);
}

}  // namespace
}  // namespace vigia::camera
