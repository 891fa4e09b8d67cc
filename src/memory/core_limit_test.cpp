#include "memory/core_limit.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>

namespace vigia::memory {
namespace {

namespace fs = std::filesystem;

class CoreLimitTest : public ::testing::Test {
 protected:
  CoreLimitTest() { fs::remove_all(root_); }
  ~CoreLimitTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }

  const fs::path root_ =
      fs::path(::testing::TempDir()) /
      (std::string("vigia_core_limit_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const int all_ = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
};

TEST_F(CoreLimitTest, WithoutAQuotaAllCores) {
  EXPECT_EQ(core_limit(root_), all_) << "no cgroup at all";
  write("proc/self/cgroup", "0::/a");
  write("sys/fs/cgroup/a/cpu.max", "max 100000");
  EXPECT_EQ(core_limit(root_), all_);
  EXPECT_GE(core_limit(), 1);
}

TEST_F(CoreLimitTest, AQuotaIsRoundedUpAndAParentsCounts) {
  if (all_ < 2) GTEST_SKIP() << "one core: nothing is less";
  write("proc/self/cgroup", "0::/a/b");
  write("sys/fs/cgroup/a/b/cpu.max", "110000 100000");
  EXPECT_EQ(core_limit(root_), 2);
  write("sys/fs/cgroup/a/cpu.max", "50000 100000");
  EXPECT_EQ(core_limit(root_), 1);
}

TEST_F(CoreLimitTest, TheFirstVersionsQuota) {
  if (all_ < 2) GTEST_SKIP() << "one core: nothing is less";
  write("proc/self/cgroup", "4:cpu,cpuacct:/a");
  write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1");
  write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000");
  EXPECT_EQ(core_limit(root_), all_);
  write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "100000");
  EXPECT_EQ(core_limit(root_), 1);
}

}  // namespace
}  // namespace vigia::memory
