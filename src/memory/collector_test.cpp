#include "memory/collector.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
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

struct Priority {
  int policy = -1;
  int nice = 0;
};

// Of the thread of a collector that the calling thread starts.
Priority priority_of_a_collector(Budget& budget, const std::filesystem::path& root) {
  Collector collector(kNeverByItself, budget, kNoLimit, root);
  collector.start();
  Priority found;
  EXPECT_TRUE(collector.hand_over(
      std::make_unique<Counted>(0, [&] {
        found = {::sched_getscheduler(0), ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))};
      }).release()));
  collector.collect();
  return found;
}

// Takes CAP_SYS_NICE from the calling thread and those that it starts, as containers do, root or not.
void lose_the_right_to_raise_priorities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  ASSERT_EQ(::syscall(SYS_capget, &header, sets.data()), 0);
  sets[0].effective &= ~CAP_TO_MASK(CAP_SYS_NICE);
  sets[0].permitted &= ~CAP_TO_MASK(CAP_SYS_NICE);
  ASSERT_EQ(::syscall(SYS_capset, &header, sets.data()), 0);
}

TEST_F(CollectorTest, VideoComesFirst) {
  const Priority found = priority_of_a_collector(budget_, root());
  EXPECT_EQ(found.policy, SCHED_OTHER);
  EXPECT_EQ(found.nice, 5);
}

TEST_F(CollectorTest, WhileMemoryIsShortItRunsAsVideoDoes) {
  rlimit nice{};
  ASSERT_EQ(::getrlimit(RLIMIT_NICE, &nice), 0);
  if (::geteuid() != 0 && nice.rlim_cur < 20) GTEST_SKIP() << "not allowed to raise a priority";
  const Charge charge(budget_.open("gate", Kind::frames), 85_MiB);
  EXPECT_EQ(priority_of_a_collector(budget_, root()).nice, 0);
}

// It never enters a priority from which memory that is short could not be freed in time.
TEST_F(CollectorTest, WithoutTheRightToRaiseItsPriorityItIsNoLower) {
  Priority found;
  std::thread([&] {
    lose_the_right_to_raise_priorities();
    found = priority_of_a_collector(budget_, root());
  }).join();
  EXPECT_EQ(found.policy, SCHED_OTHER);
  EXPECT_EQ(found.nice, 5);
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
