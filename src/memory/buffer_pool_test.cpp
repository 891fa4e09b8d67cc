#include "memory/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "memory/memory_manager.h"
#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

class BufferPoolTest : public ::testing::Test {
 protected:
  BufferPoolTest() { memory_.start(); }
  BufferPool make(int buffers, Bytes bytes = 1_MiB) {
    return memory_.make_pool({.owner = "gate", .buffer_bytes = bytes, .max_buffers = buffers});
  }
  Bytes in_use() { return memory_.stats().in_use_bytes; }

  MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 10_MiB, .camera_quota_bytes = 10_MiB}};
};

TEST_F(BufferPoolTest, ReusesABufferAtOnce) {
  BufferPool pool = make(1);
  std::byte* first = nullptr;
  {
    auto lease = pool.try_acquire();
    ASSERT_TRUE(lease);
    first = lease->data();
    std::memset(first, 0xAB, static_cast<std::size_t>(lease->size()));
    EXPECT_FALSE(pool.try_acquire());
  }
  auto again = pool.try_acquire();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->data(), first);
  EXPECT_EQ(memory_.stats().leases_refused, 1U);
  EXPECT_EQ(memory_.stats().gc_count, 0U) << "no pass was needed";
}

TEST_F(BufferPoolTest, IsChargedOnlyForWhatWasNeeded) {
  BufferPool pool = make(8);
  EXPECT_EQ(in_use(), 0);
  auto lease = pool.try_acquire();
  EXPECT_EQ(in_use(), 1_MiB);
  lease.reset();
  EXPECT_EQ(in_use(), 1_MiB) << "an idle buffer keeps its memory";
  const auto owners = memory_.stats().owners;
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].owner, "gate");
  EXPECT_EQ(owners[0].kind, Kind::frames);
}

TEST_F(BufferPoolTest, TheBudgetRefusesAtTheLease) {
  BufferPool pool = make(100);
  std::vector<Lease> leases;
  while (auto lease = pool.try_acquire()) leases.push_back(std::move(*lease));
  EXPECT_EQ(leases.size(), 10U);
  EXPECT_EQ(memory_.pressure(), Pressure::hard);
  leases.pop_back();
  EXPECT_TRUE(pool.try_acquire()) << "what was given back is there again";
}

TEST_F(BufferPoolTest, IdleBuffersGoBackToTheSystemUnderPressure) {
  BufferPool pool = make(9);
  {
    std::vector<Lease> leases;
    while (auto lease = pool.try_acquire()) leases.push_back(std::move(*lease));
  }
  EXPECT_EQ(in_use(), 9_MiB);
  EXPECT_EQ(memory_.pressure(), Pressure::soft);
  // The first trim leaves what the time before it needed.
  while (in_use() > 0) memory_.collect();
  EXPECT_GE(memory_.stats().bytes_trimmed, 9_MiB);
  auto lease = pool.try_acquire();
  ASSERT_TRUE(lease) << "and are mapped again when needed";
  std::memset(lease->data(), 1, static_cast<std::size_t>(lease->size()));
}

TEST_F(BufferPoolTest, TrimsBuffersOfAPeakThatIsOver) {
  BufferPool pool = make(9);
  auto kept = pool.try_acquire();
  std::vector<Lease> once;
  while (auto lease = pool.try_acquire()) once.push_back(std::move(*lease));
  once.clear();
  memory_.collect();  // the earlier peak no longer counts
  auto cycling = pool.try_acquire();
  cycling.reset();
  while (in_use() > 2_MiB) memory_.collect();
  EXPECT_GE(in_use(), 1_MiB) << "what is out stays";
  EXPECT_EQ(memory_.pressure(), Pressure::none);
}

TEST_F(BufferPoolTest, GivenBackMemoryIsReallyGone) {
  BufferPool pool = make(8);
  {
    std::vector<Lease> leases;
    while (auto lease = pool.try_acquire()) {
      std::memset(lease->data(), 1, static_cast<std::size_t>(lease->size()));
      leases.push_back(std::move(*lease));
    }
  }
  const Bytes filled = anonymous_memory();
  while (in_use() > 0) memory_.collect();
  EXPECT_LT(anonymous_memory(), filled - 7_MiB);
}

TEST_F(BufferPoolTest, WholePagesAreCharged) {
  BufferPool pool = make(2, 5000);
  auto lease = pool.try_acquire();
  EXPECT_EQ(lease->size(), 5000);
  EXPECT_EQ(in_use(), 8192);
}

TEST_F(BufferPoolTest, WithoutAddressSpaceEveryLeaseIsRefused) {
  BufferPool pool = make(1000, Bytes{1} << 46U);
  EXPECT_FALSE(pool.try_acquire());
  EXPECT_EQ(memory_.stats().leases_refused, 1U);
  EXPECT_EQ(in_use(), 0);
}

TEST_F(BufferPoolTest, LeasesOutliveTheirPool) {
  std::optional<BufferPool> pool(make(2));
  auto lease = pool->try_acquire();
  auto other = pool->try_acquire();
  other.reset();
  pool.reset();
  memory_.collect();
  std::memset(lease->data(), 7, static_cast<std::size_t>(lease->size()));
  EXPECT_EQ(in_use(), 2_MiB);
  lease.reset();
  memory_.collect();
  EXPECT_EQ(in_use(), 0) << "a camera that is gone gives everything back";
}

TEST_F(BufferPoolTest, ASharedLeaseEndsWithItsLastHolder) {
  BufferPool pool = make(1);
  SharedLease first(*pool.try_acquire());
  SharedLease second = first;
  void* const foreign = SharedLease(second).detach();  // a hold inside a C library
  SharedLease third = SharedLease::borrow(foreign);
  EXPECT_EQ(third.data(), first.data());
  first.reset();
  second.reset();
  third.reset();
  EXPECT_EQ(pool.leased(), 1);
  SharedLease::attach(foreign).reset();
  EXPECT_EQ(pool.leased(), 0);
}

TEST_F(BufferPoolTest, ManyThreadsNeverShareABuffer) {
  BufferPool pool = make(4, 4096);
  std::vector<std::jthread> threads;
  for (int t = 1; t <= 4; ++t) {
    threads.emplace_back([&pool, t] {
      for (int i = 0; i < 5000; ++i) {
        auto lease = pool.try_acquire();
        if (!lease) continue;
        std::memset(lease->data(), t, 64);
        for (int byte = 0; byte < 64; ++byte) ASSERT_EQ(static_cast<int>(lease->data()[byte]), t);
      }
    });
  }
  threads.emplace_back([this] {  // the collector unmaps idle buffers meanwhile
    for (int i = 0; i < 50; ++i) {
      const Charge pressure(memory_.budget().open("vigia", Kind::outbox), 9_MiB);
      memory_.collect();
    }
  });
  threads.clear();
  EXPECT_EQ(pool.leased(), 0);
}

}  // namespace
}  // namespace vigia::memory
