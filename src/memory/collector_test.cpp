#include "memory/collector.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <latch>
#include <string>
#include <thread>

#include "testing/counted.h"
#include "testing/temp_dir.h"

namespace vigia::memory {
namespace {

using testing::Counted;

constexpr MemoryOptions kNeverByItself{.gc_interval = 3600, .budget_bytes = 0};
constexpr Bytes kNoLimit = Bytes{1} << 60U;

// A version 1 cgroup, whose notifications the test sends.
class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() {
    namespace fs = std::filesystem;
    fs::create_directories(group());
    fs::create_directories(root() / "proc/self");
    std::ofstream(root() / "proc/self/cgroup") << "4:memory:/vigia\n";
    std::ofstream(group() / "memory.pressure_level");
    std::ofstream(group() / "cgroup.event_control");
  }
  ~CollectorTest() override { EXPECT_EQ(Counted::alive(), 0); }

  void kernel_says_that_memory_is_short() {
    int descriptor = -1;
    while (descriptor < 0) {  // until the collector has begun to listen
      std::ifstream order(group() / "cgroup.event_control");
      if (!(order >> descriptor)) descriptor = -1;
      std::this_thread::yield();
    }
    ASSERT_EQ(::eventfd_write(descriptor, 1), 0);
  }
  const std::filesystem::path& root() const { return dir_.path(); }
  std::filesystem::path group() const { return root() / "sys/fs/cgroup/memory/vigia"; }

  testing::TempDir dir_;
  Budget budget_{100_MiB};
};

TEST_F(CollectorTest, ThePriorityIsTheLowest) {
  Collector collector(kNeverByItself, budget_, kNoLimit, root());
  collector.start();
  int policy = -1;
  int nice = 0;
  ASSERT_TRUE(collector.hand_over(std::make_unique<Counted>(0, [&] {
                                    policy = ::sched_getscheduler(0);
                                    nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
                                  }).release()));
  collector.collect();
  EXPECT_TRUE(policy == SCHED_IDLE || nice == 19) << policy << " " << nice;
}

TEST_F(CollectorTest, TheSoftMarkBringsAPassAndTrims) {
  Collector collector(kNeverByItself, budget_, kNoLimit, root());
  std::latch trimmed(1);
  const auto trimmer = collector.trimmers().add("cache", [&, once = false]() mutable -> Bytes {
    if (!std::exchange(once, true)) trimmed.count_down();
    return 5;
  });
  collector.start();
  const Charge charge(budget_.open("gate", Kind::frames), 81_MiB);
  trimmed.wait();  // hangs, and so fails, when no pass comes
  collector.stop();
  EXPECT_GE(collector.counters().early_passes, 1U);
  EXPECT_GE(collector.counters().bytes_trimmed, 5);
}

TEST_F(CollectorTest, AKernelEventSqueezesTheBudgetForAWhile) {
  Collector collector(kNeverByItself, budget_, kNoLimit, root());
  std::latch trimmed(1);
  const auto trimmer = collector.trimmers().add("cache", [&, once = false]() mutable -> Bytes {
    if (!std::exchange(once, true)) trimmed.count_down();
    return 0;
  });
  collector.start();
  EXPECT_EQ(budget_.pressure(), Pressure::none);
  kernel_says_that_memory_is_short();
  trimmed.wait();
  EXPECT_EQ(collector.counters().pressure_events, 1U);
  while (budget_.pressure() != Pressure::none) std::this_thread::yield();  // it is over by itself
}

TEST_F(CollectorTest, TheProcessNearItsRealLimitIsHardPressure) {
  const Bytes held = anonymous_memory();
  {
    Collector collector(kNeverByItself, budget_, held, root());
    collector.start();
    while (budget_.pressure() != Pressure::hard) std::this_thread::yield();
    EXPECT_FALSE(budget_.open("gate", Kind::frames)->try_charge(1));
  }
  EXPECT_EQ(budget_.pressure(), Pressure::none) << "nobody looks any more";
}

TEST_F(CollectorTest, WhatAnEachPassTrimmerThrowsIsCounted) {
  Collector collector(kNeverByItself, budget_, kNoLimit, root());
  int runs = 0;
  const auto trimmer = collector.each_pass().add("GPU cache", [&]() -> Bytes {
    ++runs;
    throw std::runtime_error("no such device");
  });
  collector.start();
  collector.collect();
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(collector.counters().errors, 1U);
  EXPECT_TRUE(collector.counters().is_running);
}

TEST_F(CollectorTest, ManyEarlyPassesDoNotTrimManyTimes) {
  Collector collector(kNeverByItself, budget_, kNoLimit, root());
  int runs = 0;
  const auto trimmer = collector.trimmers().add("cache", [&]() -> Bytes { return ++runs; });
  collector.start();
  const auto begin = std::chrono::steady_clock::now();
  const Charge charge(budget_.open("gate", Kind::frames), 81_MiB);
  for (int i = 0; i < 50; ++i) {
    std::latch destroyed(1);
    ASSERT_TRUE(
        collector.hand_over(std::make_unique<Counted>(40_MiB, [&] { destroyed.count_down(); }).release()));
    destroyed.wait();
  }
  const auto spans = (std::chrono::steady_clock::now() - begin) / std::chrono::milliseconds(250);
  collector.stop();
  EXPECT_LE(runs, spans + 2);
  EXPECT_GT(collector.counters().early_passes, 20U);
}

}  // namespace
}  // namespace vigia::memory
