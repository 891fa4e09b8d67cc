#include "testing/fake_clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace vigia::testing {
namespace {

using namespace std::chrono_literals;

TEST(FakeClock, MovesOnlyByHand) {
  FakeClock clock;
  const SteadyTime begin = clock.now();
  const UtcTime utc = clock.utc_now();
  EXPECT_EQ(clock.now(), begin);
  clock.advance(3s);
  EXPECT_EQ(clock.now(), begin + 3s);
  EXPECT_EQ(clock.utc_now(), utc + 3s);
  clock.set_utc(utc - 1h);
  EXPECT_EQ(clock.now(), begin + 3s);
  EXPECT_EQ(clock.utc_now(), utc - 1h);
}

TEST(FakeClock, SleeperWakesWhenItsTimeHasCome) {
  FakeClock clock;
  std::atomic<bool> awake{false};
  std::jthread sleeper([&](const std::stop_token& stop) {
    EXPECT_TRUE(clock.sleep_for(10s, stop));
    awake = true;
  });
  ASSERT_TRUE(clock.wait_for_sleepers(1));
  clock.advance(9s);
  EXPECT_EQ(clock.sleepers(), 1);
  EXPECT_FALSE(awake);
  clock.advance(1s);
  sleeper.join();
  EXPECT_TRUE(awake);
  EXPECT_EQ(clock.sleepers(), 0);
}

TEST(FakeClock, StopWakesSleeper) {
  FakeClock clock;
  std::atomic<bool> result{true};
  std::jthread sleeper([&](const std::stop_token& stop) { result = clock.sleep_for(1h, stop); });
  ASSERT_TRUE(clock.wait_for_sleepers(1));
  sleeper.request_stop();
  sleeper.join();
  EXPECT_FALSE(result);
}

TEST(FakeClock, PastTimeIsNoSleep) {
  FakeClock clock;
  EXPECT_TRUE(clock.sleep_until(clock.now(), {}));
  EXPECT_TRUE(clock.sleep_until(clock.now() - 1s, {}));
}

}  // namespace
}  // namespace vigia::testing
