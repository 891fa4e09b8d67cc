// Guarantees 1 and 8 of memory_manager.h: the cost of hot threads' calls, counted call by call.
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "memory/hot_call_test_support.h"
#include "memory/memory_manager.h"
#include "testing/counted.h"

namespace vigia::memory {
namespace {

using testing::Counted;

constexpr MemoryOptions kNeverByItself{.gc_interval = 3600, .budget_bytes = 4_GiB};
constexpr int kCalls = 100;

// Makes the i-th call of a kind. Owns everything the call needs, so that only the call itself is counted.
using NthCall = std::function<void(int)>;

struct HotCall {
  std::string name;
  int frees;  // of each call: share()'s last owner frees the control block, as the header says
  NthCall (*prepare)(MemoryManager& memory);
};

void PrintTo(const HotCall& call, std::ostream* out) {
  *out << call.name;
}

template <class T>
std::shared_ptr<std::vector<T>> kept() {
  auto items = std::make_shared<std::vector<T>>();
  items->reserve(kCalls);
  return items;
}

BufferPool make_pool(MemoryManager& memory) {
  return memory.make_pool({.owner = "gate", .buffer_bytes = 64_KiB, .max_buffers = kCalls});
}

void require(bool holds) {
  if (!holds) std::abort();
}

NthCall prepare_retire(MemoryManager& memory) {
  auto objects = kept<std::unique_ptr<Retirable>>();
  for (int i = 0; i < kCalls; ++i) objects->push_back(std::make_unique<Counted>(10));
  return [&memory, objects](int i) { memory.retire(std::move((*objects)[static_cast<std::size_t>(i)])); };
}

NthCall prepare_last_owner(MemoryManager& memory) {
  auto owners = kept<std::shared_ptr<Counted>>();
  for (int i = 0; i < kCalls; ++i) owners->push_back(memory.share(std::make_unique<Counted>(10)));
  return [owners](int i) { (*owners)[static_cast<std::size_t>(i)].reset(); };
}

NthCall prepare_acquire_never_used(MemoryManager& memory) {
  auto leases = kept<Lease>();
  auto pool = std::make_shared<BufferPool>(make_pool(memory));
  return [leases, pool](int) {
    std::optional<Lease> lease = pool->try_acquire();
    require(lease.has_value());
    leases->push_back(std::move(*lease));
  };
}

NthCall prepare_acquire_idle(MemoryManager& memory) {
  auto leases = kept<Lease>();
  auto pool = std::make_shared<BufferPool>(make_pool(memory));
  while (auto lease = pool->try_acquire()) leases->push_back(std::move(*lease));
  for (const Lease& lease : *leases) std::memset(lease.data(), 1, static_cast<std::size_t>(lease.size()));
  leases->clear();
  return [leases, pool](int) {
    std::optional<Lease> lease = pool->try_acquire();
    require(lease.has_value());
    leases->push_back(std::move(*lease));
  };
}

NthCall prepare_refused_acquire(MemoryManager& memory) {
  auto leases = kept<Lease>();
  auto pool = std::make_shared<BufferPool>(make_pool(memory));
  while (auto lease = pool->try_acquire()) leases->push_back(std::move(*lease));
  return [leases, pool](int) { require(!pool->try_acquire().has_value()); };
}

NthCall prepare_release(MemoryManager& memory) {
  auto leases = kept<Lease>();
  auto pool = std::make_shared<BufferPool>(make_pool(memory));
  while (auto lease = pool->try_acquire()) leases->push_back(std::move(*lease));
  return [leases, pool](int i) { (*leases)[static_cast<std::size_t>(i)].reset(); };
}

NthCall prepare_release_after_pool(MemoryManager& memory) {  // the last of them retires the pool
  auto leases = kept<Lease>();
  BufferPool pool = make_pool(memory);
  while (auto lease = pool.try_acquire()) leases->push_back(std::move(*lease));
  return [leases](int i) { (*leases)[static_cast<std::size_t>(i)].reset(); };
}

NthCall prepare_share_lease(MemoryManager& memory) {
  auto pool = std::make_shared<BufferPool>(make_pool(memory));
  const SharedLease first(*pool->try_acquire());
  return [pool, first](int) {
    const SharedLease second = first;
    require(second.data() == first.data());
  };
}

NthCall prepare_charge(MemoryManager& memory) {
  auto account = memory.budget().open("gate", Kind::jpeg);
  return [account](int) {
    require(account->try_charge(1000));
    account->charge(1000);
    account->discharge(2000);
  };
}

NthCall prepare_pressure(MemoryManager& memory) {
  return [&memory](int) { require(memory.pressure() == Pressure::none); };
}

const HotCall kHotCalls[] = {
    {"Retire", 0, prepare_retire},
    {"LastOwnerOfShared", 1, prepare_last_owner},
    {"AcquireNeverUsed", 0, prepare_acquire_never_used},
    {"AcquireIdle", 0, prepare_acquire_idle},
    {"AcquireRefused", 0, prepare_refused_acquire},
    {"Release", 0, prepare_release},
    {"ReleaseAfterPool", 0, prepare_release_after_pool},
    {"CopyOfSharedLease", 0, prepare_share_lease},
    {"Charge", 0, prepare_charge},
    {"Pressure", 0, prepare_pressure},
};

class Guarantee1 : public ::testing::TestWithParam<HotCall> {
 protected:
  void SetUp() override {
    if (!kCanCount) GTEST_SKIP() << kWhyNotCounted;
  }
};

TEST_P(Guarantee1, AllocatesNothingTakesNoLockAndWakesNobody) {
  MemoryManager memory(kNeverByItself);
  memory.start();
  const NthCall call = GetParam().prepare(memory);
  for (int i = 0; i < kCalls; ++i) {
    const Costs costs = costs_of([&] { call(i); });
    ASSERT_EQ(costs.allocations, 0) << "call " << i;
    ASSERT_EQ(costs.frees, GetParam().frees) << "call " << i;
    ASSERT_EQ(costs.locks, 0) << "call " << i;
    ASSERT_EQ(costs.wakeups, 0) << "call " << i;
  }
}

TEST_P(Guarantee1, MakesNoSystemCall) {
  const auto prepare = GetParam().prepare;
  const SystemCalls calls = system_calls_of([prepare]() -> std::function<void()> {
    auto memory = std::make_shared<MemoryManager>(kNeverByItself);
    memory->start();
    return [memory, call = prepare(*memory)] {
      for (int i = 0; i < kCalls; ++i) call(i);
    };
  });
  if (!calls.skipped.empty()) GTEST_SKIP() << calls.skipped;
  ASSERT_EQ(calls.failed, "");
  EXPECT_EQ(calls.numbers, std::vector<int>()) << "numbers of system calls, see asm/unistd.h";
}

INSTANTIATE_TEST_SUITE_P(Hot, Guarantee1, ::testing::ValuesIn(kHotCalls),
                         [](const auto& call) { return call.param.name; });

// Shows that the counters above do count.
TEST(Guarantee1Counters, SeeAllocationsLocksAndWakeups) {
  if (!kCanCount) GTEST_SKIP() << kWhyNotCounted;
  Mutex mutex;
  CondVar changed;
  const Costs costs = costs_of([&] {
    const auto number = std::make_unique<std::atomic<int>>(1);
    const std::vector<int> numbers(1000);
    const MutexLock lock(mutex);
    number->fetch_add(static_cast<int>(numbers.size()));
  });
  EXPECT_EQ(costs.allocations, 2);
  EXPECT_EQ(costs.frees, 2);
  EXPECT_EQ(costs.locks, 1);
  EXPECT_EQ(costs_of([&] { changed.notify_all(); }).wakeups, 1);
  std::jthread([&] { EXPECT_EQ(costs_of([] {}).allocations, 0) << "counted for another thread"; });
}

TEST(Guarantee1Counters, SeeAWakeupBySystemCall) {
  if (!kCanCount) GTEST_SKIP() << kWhyNotCounted;
  const SystemCalls calls = system_calls_of([]() -> std::function<void()> {
    const int wake = ::eventfd(0, EFD_CLOEXEC);
    return [wake] { ::eventfd_write(wake, 1); };
  });
  if (!calls.skipped.empty()) GTEST_SKIP() << calls.skipped;
  EXPECT_EQ(calls.failed, "");
  EXPECT_EQ(calls.numbers.size(), 1U);
}

TEST(Guarantee1Counters, SeeAFreshAllocationFromTheSystem) {
  if (!kCanCount) GTEST_SKIP() << kWhyNotCounted;
  const SystemCalls calls =
      system_calls_of([]() -> std::function<void()> { return [] { ::munmap(nullptr, 4096); }; });
  if (!calls.skipped.empty()) GTEST_SKIP() << calls.skipped;
  EXPECT_EQ(calls.numbers.size(), 1U);
}

// A thread that retires runs no destructor, whenever passes happen.
TEST(Guarantee1Destructors, RunOnTheCollectorOnly) {
  MemoryManager memory({.gc_interval = 0.001, .budget_bytes = 1_GiB});
  memory.start();
  std::atomic<int> on_retiring_threads = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      const auto here = std::this_thread::get_id();
      for (int i = 0; i < 2000; ++i) {
        memory.retire(std::make_unique<Counted>(
            0, [&, here] { on_retiring_threads += std::this_thread::get_id() == here ? 1 : 0; }));
      }
    });
  }
  threads.clear();
  memory.stop();
  EXPECT_EQ(on_retiring_threads, 0);
  EXPECT_EQ(memory.stats().inline_frees, 0U);
  EXPECT_EQ(memory.stats().objects_collected, 6000U);
}

// --- 8: while the collector destroys, trims and returns 1 GB -------------------------------------

// 1 GB in rounds, so that the test itself holds no more than one of them.
constexpr int kRounds = 16;
constexpr Bytes kRound = 64_MiB;
constexpr int kCallsWithin = 50;  // of the hot thread, while a round is being destroyed
constexpr int kObjects = 20'000;

// Sends a gigabyte through the collector, while a hot thread makes all the calls that hot threads make.
class Gigabyte {
 public:
  Gigabyte()
      : pool_(memory_.make_pool({.owner = "gate", .buffer_bytes = 1_MiB, .max_buffers = 8})),
        idle_(memory_.make_pool({.owner = "hall", .buffer_bytes = 8_MiB, .max_buffers = 8})),
        account_(memory_.budget().open("gate", Kind::jpeg)) {
    for (int i = 0; i < kObjects; ++i) objects_.push_back(std::make_unique<Counted>());
    memory_.start();
  }

  // On a thread that is not hot: makes memory, lets go of it, and has it collected under pressure.
  void feed() {
    const Charge pressure(memory_.budget().open("vigia", Kind::outbox), memory_.budget().limit() / 100 * 85);
    for (int round = 0; round < kRounds; ++round) {
      if (round % 2 == 0) use_idle();  // and not in the next, whose pass therefore gives it back
      memory_.retire(std::make_unique<Counted>(kRound, [this, block = std::make_shared<Block>()]() mutable {
        const int before = bursts_;
        inside_ = true;
        block.reset();
        while (bursts_ < before + kCallsWithin) hot_pause(std::chrono::microseconds(100));
        inside_ = false;
      }));
      memory_.collect();
    }
    fed_ = true;
  }

  [[nodiscard]] bool fed() const { return fed_; }
  [[nodiscard]] int bursts_inside() const { return bursts_inside_; }
  [[nodiscard]] MemoryStats stats() const { return memory_.stats(); }

  // On the hot thread.
  void burst() {
    const bool inside = inside_;
    if (next_object_ < objects_.size()) memory_.retire(std::move(objects_[next_object_++]));
    {
      const std::optional<Lease> lease = pool_.try_acquire();
      if (lease) lease->data()[0] = std::byte{1};
    }
    if (account_->try_charge(1000)) account_->discharge(1000);
    static_cast<void>(memory_.pressure());
    ++bursts_;
    bursts_inside_ += inside ? 1 : 0;
  }

 private:
  void use_idle() {
    std::vector<Lease> leases;
    while (auto lease = idle_.try_acquire()) {
      std::memset(lease->data(), 1, static_cast<std::size_t>(lease->size()));
      leases.push_back(std::move(*lease));
    }
  }

  struct Block {
    Block() : memory(::mmap(nullptr, kRound, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
      require(memory != MAP_FAILED);
      for (Bytes at = 0; at < kRound; at += 4096) static_cast<std::byte*>(memory)[at] = std::byte{1};
    }
    ~Block() { ::munmap(memory, kRound); }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    void* memory;
  };

  MemoryManager memory_{{.gc_interval = 0.05, .budget_bytes = 4_GiB}};
  BufferPool pool_, idle_;
  std::shared_ptr<Account> account_;
  std::vector<std::unique_ptr<Counted>> objects_;
  std::size_t next_object_ = 0;
  std::atomic<int> bursts_{0};
  int bursts_inside_ = 0;
  std::atomic<bool> inside_{false}, fed_{false};
};

TEST(Guarantee8, HotCallsAllocateAndLockNothingWhileAGigabyteIsDestroyed) {
  if (!kCanCount) GTEST_SKIP() << kWhyNotCounted;
  Gigabyte gigabyte;
  std::jthread feeder([&] { gigabyte.feed(); });
  Costs worst;
  while (!gigabyte.fed()) {
    const Costs costs = costs_of([&] { gigabyte.burst(); });
    worst.allocations = std::max(worst.allocations, costs.allocations);
    worst.frees = std::max(worst.frees, costs.frees);
    worst.locks = std::max(worst.locks, costs.locks);
    worst.wakeups = std::max(worst.wakeups, costs.wakeups);
    hot_pause(std::chrono::microseconds(50));
  }
  EXPECT_GE(gigabyte.bursts_inside(), kRounds * kCallsWithin / 2);
  EXPECT_GE(gigabyte.stats().bytes_trimmed, 64_MiB) << "idle buffers went back meanwhile";
  EXPECT_EQ(worst.allocations, 0);
  EXPECT_EQ(worst.frees, 0);
  EXPECT_EQ(worst.locks, 0);
  EXPECT_EQ(worst.wakeups, 0);
}

TEST(Guarantee8, HotCallsMakeNoSystemCallWhileAGigabyteIsDestroyed) {
  if (!kCanCount) GTEST_SKIP() << kWhyNotCounted;
  const SystemCalls calls = system_calls_of([]() -> std::function<void()> {
    auto gigabyte = std::make_shared<Gigabyte>();
    auto feeder = std::make_shared<std::thread>([gigabyte] { gigabyte->feed(); });
    return [gigabyte, feeder] {
      while (!gigabyte->fed()) {
        gigabyte->burst();
        hot_pause(std::chrono::microseconds(50));
      }
      require(gigabyte->bursts_inside() >= kRounds * kCallsWithin / 2);
    };
  });
  if (!calls.skipped.empty()) GTEST_SKIP() << calls.skipped;
  ASSERT_EQ(calls.failed, "");
  EXPECT_EQ(calls.numbers, std::vector<int>());
}

}  // namespace
}  // namespace vigia::memory
