#include "memory/allocator.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "memory/system_memory.h"
#include "testing/sanitized.h"

namespace vigia::memory {
namespace {

std::unique_ptr<char[]> block(Bytes bytes) {
  std::unique_ptr<char[]> made(new char[static_cast<std::size_t>(bytes)]);
  std::memset(made.get(), 1, static_cast<std::size_t>(bytes));
  return made;
}

TEST(AllocatorTest, LargeBlocksGoBackToTheSystemWhenTheyAreFreed) {
  if (allocator_name() != "glibc") GTEST_SKIP() << "only glibc has to be told";
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer replaces the allocator";
  prepare_allocator();
  block(24_MiB).reset();  // from now on an unprepared glibc would keep blocks of this size
  std::vector<std::unique_ptr<char[]>> frames;
  std::vector<std::unique_ptr<char[]>> between;
  for (int i = 0; i < 40; ++i) {
    frames.push_back(block(1382400));
    between.push_back(block(1000));  // pins what lies below it in an arena
  }
  const Bytes full = anonymous_memory();
  frames.clear();
  EXPECT_LT(anonymous_memory(), full - 40_MiB);
}

TEST(AllocatorTest, TrimmingGivesBackWhatLiesFree) {
  std::vector<std::unique_ptr<char[]>> small;
  for (int i = 0; i < 200'000; ++i) small.push_back(block(200));
  std::unique_ptr<char[]> last = block(200);  // at the top: without it freeing alone would give back
  small.clear();
  const Bytes given_back = trim_allocator();
  const bool known = allocator_name() == "glibc" && !testing::kSanitized;
  EXPECT_GT(given_back, known ? 20_MiB : -1);
}

}  // namespace
}  // namespace vigia::memory
