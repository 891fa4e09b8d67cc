#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

#include "camera/pacer.h"
#include "camera/timeline.h"
#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

TEST(Timeline, FollowsTheStampsFromZero) {
  Timeline line;
  EXPECT_EQ(line.map(5s, 40ms), 0s);
  EXPECT_EQ(line.map(5s + 40ms, 40ms), 40ms);
  EXPECT_EQ(line.map(5s + 120ms, 40ms), 120ms);
}

TEST(Timeline, GoesOnOverALoop) {
  Timeline line;
  line.map(0s, 100ms);
  line.map(100ms, 100ms);
  line.begin_segment();
  EXPECT_EQ(line.map(0s, 100ms), 200ms);
  EXPECT_EQ(line.map(100ms, 100ms), 300ms);
}

TEST(Timeline, GoesOnAfterWhatWasLive) {
  Timeline line;
  line.begin_segment(60s);
  EXPECT_EQ(line.map(5s, 40ms), 60s);
  EXPECT_EQ(line.map(6s, 40ms), 61s);
  line.begin_segment(2s);
  EXPECT_EQ(line.map(0s, 40ms), 61s + 40ms);
}

TEST(Timeline, TakesJumpsAsOneUsualStep) {
  Timeline line;
  line.map(0s, 0s);
  line.map(50ms, 0s);
  EXPECT_EQ(line.map(3h, 0s), 100ms);
  EXPECT_EQ(line.map(3h + 50ms, 0s), 150ms);
  EXPECT_EQ(line.map(1s, 0s), 200ms);
  EXPECT_EQ(line.map(Nanoseconds(std::int64_t{1} << 61), 0s), 250ms);
  EXPECT_EQ(line.map(Nanoseconds(-(std::int64_t{1} << 61)), 0s), 300ms);
}

TEST(Timeline, StandsInForMissingStamps) {
  Timeline line;
  EXPECT_EQ(line.map(std::nullopt, 0s), 0s);
  EXPECT_EQ(line.map(std::nullopt, 0s), 40ms);
  EXPECT_EQ(line.map(std::nullopt, 20ms), 80ms);
  EXPECT_EQ(line.map(std::nullopt, 20ms), 100ms);
}

TEST(Timeline, NeverGoesBackwards) {
  Timeline line;
  std::uint64_t state = 1;
  Nanoseconds last{0};
  for (int i = 0; i < 10000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    if (state % 97 == 0) line.begin_segment();
    const Nanoseconds stamp(static_cast<std::int64_t>(state) >> 3);
    const Nanoseconds duration(static_cast<std::int64_t>(state >> 20) % 2000000000 - 1000000000);
    const Nanoseconds at = line.map(stamp, duration);
    ASSERT_GE(at, last);
    last = at;
  }
}

TEST(Pacer, LetsOutInRealTimeOrFaster) {
  testing::FakeClock clock;
  Pacer pacer(clock, 2.0);
  const SteadyTime start = clock.now();
  EXPECT_EQ(pacer.wait(1s, {}), start);
  std::optional<SteadyTime> due;
  std::jthread waiting([&] { due = pacer.wait(2s, {}); });
  ASSERT_TRUE(clock.wait_for_sleepers(1));
  clock.advance(499ms);
  ASSERT_TRUE(clock.wait_for_sleepers(1));
  clock.advance(1ms);
  waiting.join();
  EXPECT_EQ(due, start + 500ms);
}

TEST(Pacer, ALittleLateKeepsTheDueTime) {
  testing::FakeClock clock;
  Pacer pacer(clock, 1.0);
  const SteadyTime start = clock.now();
  pacer.wait(0s, {});
  clock.advance(700ms);
  EXPECT_EQ(pacer.wait(100ms, {}), start + 100ms);
}

TEST(Pacer, FarBehindIsAnchoredAnew) {
  testing::FakeClock clock;
  Pacer pacer(clock, 1.0);
  const SteadyTime start = clock.now();
  pacer.wait(0s, {});
  clock.advance(5s);
  EXPECT_EQ(pacer.wait(100ms, {}), start + 5s);
  std::optional<SteadyTime> due;
  std::jthread waiting([&] { due = pacer.wait(200ms, {}); });  // no burst: 100 ms later, not at once
  ASSERT_TRUE(clock.wait_for_sleepers(1));
  clock.advance(100ms);
  waiting.join();
  EXPECT_EQ(due, start + 5s + 100ms);
}

TEST(Pacer, WithoutALimitNeverWaits) {
  testing::FakeClock clock;
  Pacer pacer(clock, -1);
  EXPECT_EQ(pacer.wait(0s, {}), clock.now());
  EXPECT_EQ(pacer.wait(24h, {}), clock.now());
}

TEST(Pacer, AStopEndsTheWait) {
  testing::FakeClock clock;
  Pacer pacer(clock, 1.0);
  pacer.wait(0s, {});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(pacer.wait(1s, stop.get_token()), std::nullopt);
}

}  // namespace
}  // namespace vigia::camera
