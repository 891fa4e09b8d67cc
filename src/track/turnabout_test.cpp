#include "track/turnabout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace vigia::track {
namespace {

using namespace std::chrono_literals;

constexpr float kWidth = 70;
// A face that is 0.2 m high, at 1.3 m/s.
constexpr float kWalking = 6;  // face sizes a second

// When a path turned back, in seconds; below 0: it did not. x: of time, in face sizes. The boxes tremble.
double turned_at(const std::function<double(double)>& x, int fps, double seconds = 6) {
  Turnabout turnabout;
  std::mt19937 random(7);
  std::normal_distribution<float> noise(0, 0.03F * kWidth);
  for (int i = 0; i < static_cast<int>(seconds * fps); ++i) {
    const double time = static_cast<double>(i) / fps;
    const domain::Box box{static_cast<float>(x(time)) * kWidth + noise(random), 100 + noise(random), kWidth,
                          1.25F * kWidth};
    const Nanoseconds now = from_seconds(time);
    if (const auto turn = turnabout.note({now, box, i + 1, i + 1, Motion(box, now)})) {
      return to_seconds(turn->after.time);
    }
  }
  return -1;
}

TEST(TurnaboutTest, AnotherPersonWhoGoesTheOtherWayIsFoundWhereThePathTurned) {
  for (const int fps : {10, 15, 25, 50}) {
    for (const double speed : {2.5, 4.0, 6.0}) {
      const double at = turned_at([&](double t) { return speed * (t < 3 ? t : 6 - t); }, fps);
      EXPECT_NEAR(at, 3, 0.15) << fps << " frames a second, speed " << speed;
    }
  }
}

TEST(TurnaboutTest, WhoWalksOnOrStopsDoesNotTurn) {
  for (const int fps : {5, 10, 25}) {
    EXPECT_LT(turned_at([](double t) { return kWalking * t; }, fps), 0);
    EXPECT_LT(turned_at([](double t) { return kWalking * std::min(t, 3.0); }, fps), 0);
    EXPECT_LT(turned_at([](double) { return 3.0; }, fps), 0);
  }
}

// Slows down, turns and walks back: at 2 m/s^2, so that 1.3 m/s take two thirds of a second to lose.
TEST(TurnaboutTest, WhoTurnsRoundIsOnePerson) {
  for (const int fps : {5, 10, 25}) {
    for (const double speed : {3.0, 6.0}) {
      const double slowing = speed / 30;  // seconds, at 30 face sizes a second squared
      const auto x = [&](double t) {
        const double after = t - 3;
        const double top = speed * 3 - speed * slowing / 2;
        const double turning = std::clamp(after, -slowing, slowing);
        return top - 5 * turning * turning - speed * (std::abs(after) - std::abs(turning));
      };
      EXPECT_LT(turned_at(x, fps), 0) << fps << " frames a second, speed " << speed;
    }
  }
}

TEST(TurnaboutTest, WhoDancesOrShakesTheHeadIsOnePerson) {
  for (const int fps : {10, 25}) {
    for (const double hertz : {0.5, 1.0, 1.5, 2.0}) {
      for (const double reach : {0.2, 0.4}) {
        const auto x = [&](double t) { return reach * std::sin(2 * std::numbers::pi * hertz * t); };
        EXPECT_LT(turned_at(x, fps, 30), 0) << hertz << " Hz, " << reach << " face sizes, " << fps;
      }
    }
  }
}

}  // namespace
}  // namespace vigia::track
