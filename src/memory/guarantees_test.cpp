// Guarantees 2 to 7 of memory_manager.h under races; 1 and 8 are in hot_call_guarantees_test.cpp. Tests with
// one thread are in memory_manager_test.cpp, buffer_pool_test.cpp and trimmer_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "memory/memory_manager.h"
#include "testing/counted.h"

namespace vigia::memory {
namespace {

using testing::Counted;

constexpr MemoryOptions kNeverByItself{.gc_interval = 3600, .budget_bytes = 1_GiB};
constexpr MemoryOptions kAllTheTime{.gc_interval = 0.001, .budget_bytes = 1_GiB};

class GuaranteeTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(Counted::alive(), 0); }
};
using Guarantee2 = GuaranteeTest;
using Guarantee3 = GuaranteeTest;
using Guarantee4 = GuaranteeTest;
using Guarantee5 = GuaranteeTest;
using Guarantee6 = GuaranteeTest;
using Guarantee7 = GuaranteeTest;

// How often each of many objects was destroyed, and by whom.
class Register {
 public:
  explicit Register(int size) : destroyed_(static_cast<std::size_t>(size)) {}

  // The object's destructor makes its entry; retirer: the thread that will retire it.
  std::unique_ptr<Counted> make(int index, std::thread::id retirer) {
    return std::make_unique<Counted>(10, [this, index, retirer] {
      ++destroyed_[static_cast<std::size_t>(index)];
      by_retirer_ += std::this_thread::get_id() == retirer ? 1U : 0U;
    });
  }
  [[nodiscard]] bool each_once() const {
    return std::all_of(destroyed_.begin(), destroyed_.end(), [](const auto& times) { return times == 1; });
  }
  [[nodiscard]] std::uint64_t by_retirer() const { return by_retirer_; }

 private:
  std::vector<std::atomic<int>> destroyed_;
  std::atomic<std::uint64_t> by_retirer_{0};
};

TEST_F(Guarantee2, EachObjectIsDestroyedOnceAlsoWhenTheManagerStopsAndStarts) {
  constexpr int kThreads = 4, kEach = 3000;
  Register all(kThreads * kEach);
  MemoryManager memory(kAllTheTime);
  {
    std::atomic<int> working = kThreads;
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          auto object = all.make(t * kEach + i, std::this_thread::get_id());
          if (i % 2 == 0) {
            memory.retire(std::move(object));
          } else {
            static_cast<void>(memory.share(std::move(object)));  // its last owner lets go at once
          }
          if (i % 64 == 0) std::this_thread::yield();
        }
        --working;
      });
    }
    while (working > 0) {
      memory.start();
      std::this_thread::yield();
      memory.stop();
      EXPECT_FALSE(memory.stats().is_running);
    }
  }
  memory.stop();
  const MemoryStats stats = memory.stats();
  EXPECT_TRUE(all.each_once());
  EXPECT_EQ(stats.objects_pending, 0U);
  EXPECT_EQ(stats.bytes_pending, 0);
  EXPECT_EQ(stats.objects_collected + stats.inline_frees, static_cast<std::uint64_t>(kThreads) * kEach);
  EXPECT_EQ(stats.inline_frees, all.by_retirer()) << "who loses the race destroys it himself, and is counted";
}

TEST_F(Guarantee2, StopReturnsOnlyWhenNothingIsPending) {
  MemoryManager memory(kNeverByItself);
  for (int round = 0; round < 100; ++round) {
    memory.start();
    std::latch retired(1);
    std::jthread late([&] {
      memory.retire(std::make_unique<Counted>());
      retired.count_down();
      memory.retire(std::make_unique<Counted>());  // before the stop, or after
    });
    retired.wait();
    memory.stop();
    late.join();
    ASSERT_EQ(memory.stats().objects_pending, 0U);
    ASSERT_EQ(Counted::alive(), 0);
  }
}

// Retires two of its kind when it is destroyed, until depth 0: 2^(depth+1) - 1 objects in all.
std::unique_ptr<Counted> make_tree(MemoryManager& memory, int depth) {
  return std::make_unique<Counted>(0, [&memory, depth] {
    for (int child = 0; depth > 0 && child < 2; ++child) memory.retire(make_tree(memory, depth - 1));
  });
}

TEST_F(Guarantee3, ATreeThatIsRetiredFromDestructorsIsDestroyedWholeWhileStopping) {
  constexpr int kTrees = 8, kDepth = 7;
  for (int round = 0; round < 10; ++round) {
    MemoryManager memory(kAllTheTime);
    memory.start();
    std::vector<std::jthread> threads;
    for (int t = 0; t < kTrees; ++t) {
      threads.emplace_back([&memory] { memory.retire(make_tree(memory, kDepth)); });
    }
    memory.stop();
    threads.clear();
    const MemoryStats stats = memory.stats();
    ASSERT_EQ(Counted::alive(), 0);
    ASSERT_EQ(stats.objects_pending, 0U);
    ASSERT_EQ(stats.objects_collected + stats.inline_frees, static_cast<std::uint64_t>(kTrees) * 255U);
  }
}

TEST_F(Guarantee4, CollectIsABarrierForEachOfManyThreadsWhilePassesRun) {
  MemoryManager memory(kAllTheTime);
  memory.start();
  std::atomic<int> too_early = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        std::atomic<bool> destroyed = false;
        memory.retire(std::make_unique<Counted>(0, [&] {
          for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();  // others come while a pass runs
          destroyed = true;
        }));
        memory.collect();
        too_early += destroyed ? 0 : 1;
        while (!destroyed) std::this_thread::yield();  // it writes to this frame
      }
    });
  }
  threads.clear();
  EXPECT_EQ(too_early, 0);
}

TEST_F(Guarantee4, CollectReturnsWhenTheManagerStopsUnderIt) {
  MemoryManager memory(kNeverByItself);
  std::atomic<bool> done = false;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!done) memory.collect();
    });
  }
  for (int round = 0; round < 200; ++round) {
    memory.start();
    memory.retire(std::make_unique<Counted>());
    memory.stop();
    ASSERT_EQ(Counted::alive(), 0);
  }
  done = true;
}

TEST_F(Guarantee5, RefusesAtTheLeaseAndNeverAtTheRelease) {
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = 10_MiB});
  memory.start();
  BufferPool gate = memory.make_pool({.owner = "gate", .buffer_bytes = 1_MiB, .max_buffers = 4});
  BufferPool hall = memory.make_pool({.owner = "hall", .buffer_bytes = 1_MiB, .max_buffers = 20});
  std::vector<Lease> leases;
  while (auto lease = gate.try_acquire()) leases.push_back(std::move(*lease));
  const std::size_t of_gate = leases.size();
  EXPECT_GT(of_gate, 0U);
  const auto outbox = memory.budget().open("vigia", Kind::outbox);
  outbox->charge(20_MiB);  // what must not be refused passes the mark
  EXPECT_EQ(memory.pressure(), Pressure::hard);
  const std::uint64_t refused = memory.stats().leases_refused;
  EXPECT_FALSE(hall.try_acquire());
  EXPECT_EQ(memory.stats().leases_refused, refused + 1);

  memory.retire(std::make_unique<Counted>(100_MiB));
  leases.clear();
  EXPECT_EQ(gate.leased(), 0);
  memory.collect();
  EXPECT_EQ(Counted::alive(), 0);
  EXPECT_EQ(memory.stats().in_use_bytes, 20_MiB) << "what gate held went back, all of it, beyond the mark";
  outbox->discharge(20_MiB);
  EXPECT_EQ(memory.stats().in_use_bytes, 0);
  EXPECT_TRUE(hall.try_acquire());
}

TEST_F(Guarantee5, ThreadsThatRaceForTheLastBytesNeverPassTheBudget) {
  constexpr Bytes kBudget = 2_MiB;  // half of what the threads want
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = kBudget});
  memory.start();
  std::atomic<Bytes> held = 0, most = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto account = memory.budget().open("camera", Kind::frames);
      for (int i = 0; i < 20'000; ++i) {
        if (!account->try_charge(1_MiB)) continue;
        const Bytes now = held += 1_MiB;
        for (Bytes seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        held -= 1_MiB;
        account->discharge(1_MiB);
      }
    });
  }
  threads.clear();
  EXPECT_GT(most, 0);
  EXPECT_LE(most, kBudget);
  EXPECT_EQ(memory.budget().in_use(), 0);
}

// Everything that takes a lock inside the memory part, from inside a trimmer and beside it.
TEST_F(Guarantee6, TrimmersRunOnTheCollectorOutsideAllLocks) {
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = 10_MiB});
  memory.start();
  const auto use_all_of_it = [&memory] {
    static_cast<void>(memory.stats());
    static_cast<void>(memory.add_trimmer("other", [] { return Bytes{0}; }));
    static_cast<void>(memory.make_pool({.owner = "gate", .buffer_bytes = 4096, .max_buffers = 1}));
    const Charge charge(memory.budget().open("gate", Kind::jpeg), 1);
    memory.retire(std::make_unique<Counted>());
  };
  std::thread::id trimmed_by, destroyed_by;
  const auto trimmer = memory.add_trimmer("cache", [&]() -> Bytes {
    trimmed_by = std::this_thread::get_id();
    use_all_of_it();
    memory.collect();                    // returns at once
    std::jthread beside(use_all_of_it);  // hangs, and so fails, if the collector holds a lock
    return 1;
  });
  const Charge pressure(memory.budget().open("vigia", Kind::outbox), 9_MiB);
  memory.retire(std::make_unique<Counted>(0, [&] { destroyed_by = std::this_thread::get_id(); }));
  memory.collect();
  EXPECT_NE(trimmed_by, std::thread::id()) << "it ran";
  EXPECT_EQ(trimmed_by, destroyed_by);
  EXPECT_NE(trimmed_by, std::this_thread::get_id());
  memory.stop();
}

TEST_F(Guarantee6, ATrimmerNeverRunsAfterItsHandleIsGone) {
  MemoryManager memory({.gc_interval = 0.001, .budget_bytes = 10_MiB});
  memory.start();
  const Charge pressure(memory.budget().open("vigia", Kind::outbox), 9_MiB);
  struct Cache {
    std::atomic<bool> entered{false}, gone{false};
  };
  std::atomic<int> runs = 0, too_late = 0;
  std::atomic<bool> done = false;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        const auto cache = std::make_shared<Cache>();
        Trimmer trimmer = memory.add_trimmer("cache", [&, cache]() -> Bytes {
          ++runs;
          cache->entered = true;
          for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
          too_late += cache->gone ? 1 : 0;
          return 0;
        });
        while (!cache->entered && !done) std::this_thread::yield();
        trimmer.reset();  // while it runs, most of the time
        cache->gone = true;
      }
    });
  }
  while (runs < 200) memory.collect();
  done = true;
  threads.clear();
  EXPECT_EQ(too_late, 0);
}

TEST_F(Guarantee6, ThrowingTrimmersAndDestructorsAreCountedAndThePassGoesOn) {
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = 10_MiB});
  memory.start();
  const auto bad = memory.add_trimmer("bad", []() -> Bytes { throw std::runtime_error("no"); });
  const auto good = memory.add_trimmer("good", [] { return 3_MiB; });
  const Charge pressure(memory.budget().open("vigia", Kind::outbox), 9_MiB);
  memory.collect();  // an early pass may have run before: what follows is counted from here
  const MemoryStats before = memory.stats();
  for (int i = 0; i < 3; ++i) {
    memory.retire(std::make_unique<Counted>(10, [] { throw std::runtime_error("cannot close"); }));
  }
  memory.collect();
  const MemoryStats after = memory.stats();
  const std::uint64_t passes = after.gc_count - before.gc_count;
  EXPECT_EQ(after.errors - before.errors, 3 + passes);
  EXPECT_EQ(after.objects_collected - before.objects_collected, 3U);
  EXPECT_EQ(after.bytes_trimmed - before.bytes_trimmed, static_cast<Bytes>(passes) * 3_MiB);
  EXPECT_TRUE(after.is_running);
}

TEST_F(Guarantee7, ABufferIsReusedWhileTheCollectorIsStuck) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  BufferPool pool = memory.make_pool({.owner = "gate", .buffer_bytes = 64_KiB, .max_buffers = 1});
  std::latch inside(1), go_on(1);
  memory.retire(std::make_unique<Counted>(0, [&] {
    inside.count_down();
    go_on.wait();
  }));
  std::jthread collecting([&] { memory.collect(); });
  inside.wait();
  const std::byte* data = nullptr;
  for (int i = 0; i < 1000; ++i) {
    auto lease = pool.try_acquire();
    if (!lease || (data != nullptr && lease->data() != data)) {
      ADD_FAILURE() << "lease " << i;
      break;
    }
    data = lease->data();
  }
  EXPECT_EQ(memory.stats().gc_count, 0U);
  go_on.count_down();
}

// Hot threads, cameras that are added and removed, and a stop, all at once. A mark in each buffer shows that
// no other thread has it.
class EverythingAtOnce {
 public:
  void retire() {
    memory_.retire(std::make_unique<Counted>(100));
    const std::shared_ptr<Counted> shared = memory_.share(std::make_unique<Counted>(100));
  }
  void come_and_go(int mark) {
    std::optional<BufferPool> pool(memory_.make_pool(
        {.owner = "camera " + std::to_string(mark), .buffer_bytes = 16_KiB, .max_buffers = 4}));
    std::vector<SharedLease> held;
    while (auto lease = pool->try_acquire()) {
      std::memset(lease->data(), mark, 64);
      held.emplace_back(std::move(*lease));
    }
    const std::vector<SharedLease> copies = held;
    pool.reset();
    held.clear();
    for (const SharedLease& lease : copies) {
      wrong_ +=
          std::all_of(lease.data(), lease.data() + 64, [&](std::byte b) { return b == std::byte(mark); }) ? 0
                                                                                                          : 1;
    }
  }
  void trim() {
    const Charge pressure(memory_.budget().open("vigia", Kind::outbox), 9_MiB);
    const Trimmer trimmer = memory_.add_trimmer("cache", [] { return Bytes{1}; });
    memory_.collect();
    static_cast<void>(memory_.stats());
  }
  MemoryManager& memory() { return memory_; }
  [[nodiscard]] int wrong() const { return wrong_; }

 private:
  MemoryManager memory_{{.gc_interval = 0.001, .budget_bytes = 10_MiB}};
  std::atomic<int> wrong_{0};
};

TEST_F(GuaranteeTest, AllHoldWhileEverythingHappensAtOnce) {
  EverythingAtOnce all;
  std::atomic<int> working = 4;
  const auto repeated = [&working](auto what) {
    return std::jthread([&working, what] {
      for (int i = 0; i < 300; ++i) what();
      --working;
    });
  };
  {
    const std::array threads = {repeated([&] { all.retire(); }), repeated([&] { all.come_and_go(1); }),
                                repeated([&] { all.come_and_go(2); }), repeated([&] { all.trim(); })};
    while (working > 0) {
      all.memory().start();
      for (int i = 0; i < 20; ++i) std::this_thread::yield();
      all.memory().stop();
    }
  }
  const MemoryStats stats = all.memory().stats();
  EXPECT_EQ(all.wrong(), 0);
  EXPECT_EQ(stats.objects_pending, 0U);
  EXPECT_EQ(stats.bytes_pending, 0);
  EXPECT_EQ(stats.in_use_bytes, 0) << "cameras that are gone gave everything back";
  EXPECT_TRUE(stats.owners.empty());
  EXPECT_EQ(stats.errors, 0U);
}

}  // namespace
}  // namespace vigia::memory
