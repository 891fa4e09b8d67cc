#include "memory/gpu_cache.h"

#include <gtest/gtest.h>

#include "memory/memory_manager.h"

namespace vigia::memory {
namespace {

TEST(GpuCacheTest, IsWholeOrAbsentAndSaysWhy) {
  const GpuCache cache = GpuCache::find();
  EXPECT_FALSE(cache.about.empty());
  EXPECT_EQ(static_cast<bool>(cache.reserved), static_cast<bool>(cache.empty));
  if (!cache.empty) {
    EXPECT_TRUE(cache.about.starts_with("none: ")) << cache.about;
  } else {
    EXPECT_GE(cache.empty(), 0);
    EXPECT_GE(cache.reserved(), 0);
  }
}

TEST(GpuCacheTest, AskingForItWhereThereIsNoneChangesNothing) {
  MemoryManager memory({.gc_interval = 3600, .budget_bytes = 1_GiB, .empty_gpu_cache_each_pass = true});
  memory.start();
  memory.collect();
  EXPECT_EQ(memory.stats().gc_count, 1U);
  EXPECT_GE(memory.stats().gpu_cache_bytes, 0);
}

}  // namespace
}  // namespace vigia::memory
