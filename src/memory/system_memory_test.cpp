#include "memory/system_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

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

TEST(SystemMemoryTest, TheShortWayToAnonymousMemoryAgreesWithTheLong) {
  // The kernel counts both, at two moments.
  EXPECT_NEAR(static_cast<double>(anonymous_memory()), static_cast<double>(process_memory().anonymous),
              4.0 * 1_MiB);
  EXPECT_GT(process_memory().anonymous, 0);
}

TEST(SystemMemoryTest, CountsDescriptorsAndThreads) {
  const int before = open_descriptors();
  const int copy = ::dup(0);
  EXPECT_EQ(open_descriptors(), before + (copy >= 0 ? 1 : 0));
  ::close(copy);
  EXPECT_GE(process_memory().threads, 1);
  EXPECT_GE(descriptor_limit(), 0);
}

}  // namespace
}  // namespace vigia::memory
