#include "memory/memory_manager.h"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "testing/counted.h"

namespace vigia::memory {
namespace {

using testing::Counted;

constexpr MemoryOptions kNeverByItself{.gc_interval = 3600, .budget_bytes = 1_GiB};

class MemoryManagerTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(Counted::alive(), 0); }
};

TEST_F(MemoryManagerTest, DestroysOnItsOwnThread) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  memory.retire(std::make_unique<Counted>(100));
  EXPECT_EQ(Counted::alive(), 1);
  EXPECT_EQ(memory.stats().objects_pending, 1U);
  EXPECT_EQ(memory.stats().bytes_pending, 100);
  memory.collect();
  EXPECT_EQ(Counted::alive(), 0);
  EXPECT_NE(Counted::last_destroyer(), std::this_thread::get_id());
  const auto stats = memory.stats();
  EXPECT_EQ(stats.objects_collected, 1U);
  EXPECT_EQ(stats.objects_pending, 0U);
  EXPECT_EQ(stats.bytes_pending, 0);
  EXPECT_EQ(stats.gc_count, 1U);
}

TEST_F(MemoryManagerTest, MakesAPassEveryInterval) {
  MemoryManager memory({.gc_interval = 0.01, .budget_bytes = 1_GiB});
  memory.start();
  std::latch destroyed(1);
  memory.retire(std::make_unique<Counted>(0, [&] { destroyed.count_down(); }));
  destroyed.wait();  // hangs, and so fails, when no pass ever comes
}

TEST_F(MemoryManagerTest, MakesAnEarlyPassWhenMuchIsRetired) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  std::latch destroyed(1);
  memory.retire(std::make_unique<Counted>(1_GiB, [&] { destroyed.count_down(); }));
  destroyed.wait();
}

TEST_F(MemoryManagerTest, StopLeavesNothingPending) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  for (int i = 0; i < 100; ++i) memory.retire(std::make_unique<Counted>());
  memory.stop();
  EXPECT_EQ(Counted::alive(), 0);
  EXPECT_EQ(memory.stats().objects_pending, 0U);
  EXPECT_EQ(memory.stats().objects_collected, 100U);
  EXPECT_FALSE(memory.stats().is_running);
}

TEST_F(MemoryManagerTest, DestroysInlineWhenNotRunning) {
  MemoryManager memory(kNeverByItself);
  memory.retire(std::make_unique<Counted>());
  EXPECT_EQ(Counted::last_destroyer(), std::this_thread::get_id());
  EXPECT_EQ(memory.stats().inline_frees, 1U);
  memory.collect();  // nothing to wait for
}

TEST_F(MemoryManagerTest, StartsAndStopsTwice) {
  MemoryManager memory(kNeverByItself);
  for (int round = 0; round < 3; ++round) {
    memory.start();
    memory.start();
    EXPECT_TRUE(memory.stats().is_running);
    memory.retire(std::make_unique<Counted>());
    memory.stop();
    memory.stop();
  }
  EXPECT_EQ(memory.stats().objects_collected, 3U);
}

TEST_F(MemoryManagerTest, ADestructorMayRetireMore) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  memory.retire(std::make_unique<Counted>(0, [&] {
    memory.retire(std::make_unique<Counted>(0, [&] { memory.retire(std::make_unique<Counted>()); }));
  }));
  memory.stop();
  EXPECT_EQ(memory.stats().objects_pending, 0U);
  EXPECT_EQ(memory.stats().objects_collected + memory.stats().inline_frees, 3U);
}

TEST_F(MemoryManagerTest, ADestructorThatThrowsIsCountedAndThePassGoesOn) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  memory.retire(std::make_unique<Counted>());
  memory.retire(std::make_unique<Counted>(0, [] { throw std::runtime_error("cannot close"); }));
  memory.retire(std::make_unique<Counted>());
  memory.collect();
  EXPECT_EQ(memory.stats().errors, 1U);
  EXPECT_EQ(memory.stats().objects_collected, 3U);
}

TEST_F(MemoryManagerTest, CollectWaitsForWhatWasRetiredBeforeAlsoDuringAPass) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  std::latch inside(1), go_on(1);
  memory.retire(std::make_unique<Counted>(0, [&] {
    inside.count_down();
    go_on.wait();
  }));
  std::jthread first([&] { memory.collect(); });
  inside.wait();  // a pass is under way and has taken its list
  bool destroyed = false;
  memory.retire(std::make_unique<Counted>(0, [&] { destroyed = true; }));
  std::jthread release([&] { go_on.count_down(); });
  memory.collect();
  EXPECT_TRUE(destroyed);
}

TEST_F(MemoryManagerTest, CollectFromADestructorReturnsAtOnce) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  memory.retire(std::make_unique<Counted>(0, [&] { memory.collect(); }));
  memory.collect();
}

TEST_F(MemoryManagerTest, CollectAndStopMayRace) {
  for (int round = 0; round < 50; ++round) {
    MemoryManager memory(kNeverByItself);
    memory.start();
    std::jthread collector([&] { memory.collect(); });
    memory.stop();
  }
}

TEST_F(MemoryManagerTest, EveryObjectIsDestroyedOnceWhileManyThreadsRaceStop) {
  constexpr int kThreads = 4, kEach = 2000;
  for (int round = 0; round < 5; ++round) {
    MemoryManager memory({.gc_interval = 0.001, .budget_bytes = 1_GiB});
    memory.start();
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&memory] {
          for (int i = 0; i < kEach; ++i) memory.retire(std::make_unique<Counted>(10));
        });
      }
      memory.stop();
    }
    const auto stats = memory.stats();
    EXPECT_EQ(Counted::alive(), 0);
    EXPECT_EQ(stats.objects_pending, 0U);
    EXPECT_EQ(stats.bytes_pending, 0);
    EXPECT_EQ(stats.objects_collected + stats.inline_frees, static_cast<std::uint64_t>(kThreads) * kEach);
  }
}

TEST_F(MemoryManagerTest, ShareRetiresAtTheLastOwner) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  std::shared_ptr<Counted> first = memory.share(std::make_unique<Counted>());
  std::shared_ptr<Counted> second = first;
  first.reset();
  memory.collect();
  EXPECT_EQ(Counted::alive(), 1);
  second.reset();
  EXPECT_EQ(Counted::alive(), 1) << "destroyed by its last owner's thread";
  memory.collect();
  EXPECT_EQ(Counted::alive(), 0);
}

TEST_F(MemoryManagerTest, ABudgetBeyondWhatTheProcessMayUseIsBounded) {
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = Bytes{1} << 60U});
  memory.start();
  EXPECT_LE(memory.stats().budget_bytes, memory.stats().limit_bytes / 10 * 8);
}

TEST_F(MemoryManagerTest, TrimsUnderPressure) {
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = 10_MiB});
  memory.start();
  int trimmed = 0;
  const auto trimmer = memory.add_trimmer("cache", [&]() -> Bytes { return ++trimmed; });
  memory.collect();
  EXPECT_EQ(trimmed, 0);
  const auto account = memory.budget().open("gate", Kind::jpeg);
  const Charge charge(account, 9_MiB);
  EXPECT_EQ(memory.pressure(), Pressure::soft);
  memory.collect();
  EXPECT_GE(trimmed, 1);
  EXPECT_GE(memory.stats().bytes_trimmed, 1);
}

}  // namespace
}  // namespace vigia::memory
