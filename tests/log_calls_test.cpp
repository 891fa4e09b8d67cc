// What a line of the log costs the thread that logs: no lock, no allocation, no wake-up, no system call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/log.h"
#include "memory/hot_call_test_support.h"
#include "testing/temp_dir.h"

namespace vigia::tests {
namespace {

void log_some() {
  static const std::string camera = "gate";
  for (int i = 0; i < 50; ++i) {
    log::warn("camera '{}': packet {} is damaged: {:.2f} s, {}", camera, i, 0.5 * i, i % 2 == 0 ? "a" : "b");
    log::face("{}: face posted: track {}", log::CameraName{camera}, i);
  }
}

class LogCallsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!memory::kCanCount) GTEST_SKIP() << memory::kWhyNotCounted;
  }
  // In this process or in a child of it: each has a log of its own.
  void start() {
    const Status started = log::start({.file = folder_ / "vigia.log", .queue_bytes = 64_KiB});
    if (!started) std::abort();
  }

  testing::TempDir folder_;
};

TEST_F(LogCallsTest, MakeNoSystemCall) {
  const memory::SystemCalls calls = memory::system_calls_of([this] {
    start();
    log_some();
    return [] { log_some(); };
  });
  if (!calls.skipped.empty()) GTEST_SKIP() << calls.skipped;
  EXPECT_EQ(calls.failed, "");
  EXPECT_THAT(calls.numbers, ::testing::IsEmpty());
}

// 64 KB are full after some hundreds of lines, so it holds of those that are left out too.
TEST_F(LogCallsTest, TakeNoLockAllocateNothingAndWakeNobody) {
  start();
  log_some();
  for (int round = 0; round < 20; ++round) {
    const memory::Costs costs = memory::costs_of(log_some);
    EXPECT_EQ(costs.allocations, 0);
    EXPECT_EQ(costs.locks, 0);
    EXPECT_EQ(costs.wakeups, 0);
  }
  log::stop();
}

}  // namespace
}  // namespace vigia::tests
