#include "memory/system_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
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

TEST(SystemMemoryTest, AnswersAlsoWithoutADescriptorLeft) {
  const ProcessFiles files;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto memory = files.memory();
  const auto anonymous = files.anonymous();
  const auto descriptors = open_descriptors();
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(memory && anonymous);
  EXPECT_GT(memory->anonymous, 0);
  EXPECT_GT(*anonymous, 0);
  EXPECT_FALSE(descriptors) << "told apart from none open";
}

TEST(SystemMemoryTest, CountsDescriptorsAndThreads) {
  const auto before = open_descriptors();
  ASSERT_TRUE(before);
  const int copy = ::dup(0);
  EXPECT_EQ(open_descriptors(), *before + (copy >= 0 ? 1 : 0));
  ::close(copy);
  EXPECT_GE(process_memory().threads, 1);
  EXPECT_GE(descriptor_limit(), 0);
}

}  // namespace
}  // namespace vigia::memory
