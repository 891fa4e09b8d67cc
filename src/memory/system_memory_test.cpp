#include "memory/system_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>

namespace vigia::memory {
namespace {

TEST(SystemMemoryTest, KnowsALimit) {
  EXPECT_GT(memory_limit(), 16_MiB);
}

TEST(SystemMemoryTest, SeesWhatTheProcessTakes) {
  constexpr std::size_t kBytes = 64U << 20U;
  const ProcessMemory before = process_memory();
  void* const memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  std::memset(memory, 1, kBytes);
  const ProcessMemory during = process_memory();
  EXPECT_GT(during.rss, before.rss + 50_MiB);
  ::munmap(memory, kBytes);
  EXPECT_GT(process_memory().rss_peak, before.rss + 50_MiB);
}

}  // namespace
}  // namespace vigia::memory
