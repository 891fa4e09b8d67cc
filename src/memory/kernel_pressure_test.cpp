#include "memory/kernel_pressure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "memory/system_memory.h"
#include "testing/temp_dir.h"

namespace vigia::memory {
namespace {

namespace fs = std::filesystem;

// A copy of the kernel's file tree, with files that accept writes.
class KernelPressureTest : public ::testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    const fs::path file = root() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string get(const std::string& path) {
    std::ifstream in(root() / path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const fs::path& root() const { return dir_.path(); }

 private:
  testing::TempDir dir_;
};

TEST_F(KernelPressureTest, TakesTheGroupsOwnStallInformation) {
  put("proc/self/cgroup", "0::/box/vigia\n");
  put("sys/fs/cgroup/box/vigia/memory.max", "max\n");
  put("sys/fs/cgroup/box/vigia/memory.pressure", "");
  put("proc/pressure/memory", "");
  const auto pressure = KernelPressure::watch(root());
  EXPECT_EQ(pressure.source(), "cgroup v2 PSI");
  EXPECT_EQ(pressure.to_poll().events, POLLPRI);
  EXPECT_EQ(get("sys/fs/cgroup/box/vigia/memory.pressure"), std::string("some 100000 2000000") + '\0');
  EXPECT_EQ(get("proc/pressure/memory"), "");
}

TEST_F(KernelPressureTest, RegistersWithAnOldKernelsGroup) {
  put("proc/self/cgroup", "12:cpu,cpuacct:/x\n4:memory:/vigia\n0::/\n");
  put("sys/fs/cgroup/memory/vigia/memory.pressure_level", "");
  put("sys/fs/cgroup/memory/vigia/cgroup.event_control", "");
  const auto pressure = KernelPressure::watch(root());
  EXPECT_EQ(pressure.source(), "cgroup v1");
  EXPECT_EQ(pressure.to_poll().events, POLLIN);
  const std::string order = get("sys/fs/cgroup/memory/vigia/cgroup.event_control");
  EXPECT_EQ(order.substr(0, order.find(' ')), std::to_string(pressure.to_poll().fd));
  EXPECT_TRUE(order.ends_with(" medium")) << order;
}

TEST_F(KernelPressureTest, FallsBackToTheMachineAndThenToNothing) {
  put("proc/self/cgroup", "0::/\n");
  put("proc/pressure/memory", "");
  EXPECT_EQ(KernelPressure::watch(root()).source(), "system PSI");
  fs::remove(root() / "proc/pressure/memory");
  const auto none = KernelPressure::watch(root());
  EXPECT_EQ(none.source(), "none");
  EXPECT_EQ(none.to_poll().fd, -1) << "poll() leaves it out";
}

TEST_F(KernelPressureTest, AGroupThatIsGoneIsNotPolledAgain) {
  put("proc/self/cgroup", "0::/\n");
  put("proc/pressure/memory", "");
  auto pressure = KernelPressure::watch(root());
  pollfd polled = pressure.to_poll();
  polled.revents = POLLERR;
  EXPECT_FALSE(pressure.take(polled));
  EXPECT_EQ(pressure.to_poll().fd, -1);
}

TEST_F(KernelPressureTest, TellsAnEventFromSilence) {
  put("proc/self/cgroup", "0::/\n");
  put("proc/pressure/memory", "");
  auto pressure = KernelPressure::watch(root());
  pollfd polled = pressure.to_poll();
  EXPECT_FALSE(pressure.take(polled));
  polled.revents = POLLPRI;
  EXPECT_TRUE(pressure.take(polled));
}

TEST_F(KernelPressureTest, ThisMachinesKernelTakesTheTrigger) {
  auto pressure = KernelPressure::watch();
  if (pressure.source() == "none") GTEST_SKIP() << "this kernel has no pressure information";
  pollfd polled = pressure.to_poll();
  ASSERT_GE(::poll(&polled, 1, 0), 0);
  EXPECT_EQ(polled.revents & (POLLERR | POLLNVAL), 0) << pressure.source();
}

TEST_F(KernelPressureTest, TheSmallestLimitOnTheWayUpCounts) {
  put("proc/self/cgroup", "0::/box/vigia\n");
  put("sys/fs/cgroup/box/vigia/memory.max", "max\n");
  put("sys/fs/cgroup/box/memory.max", "268435456\n");
  put("sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(memory_limit(root()), 256_MiB);
  // In a container the group is named by the host's tree, and shown at the root.
  put("proc/self/cgroup", "0::/host/only\n");
  EXPECT_EQ(memory_limit(root()), 512_MiB);
}

TEST_F(KernelPressureTest, AGroupWithoutTheControllerIsBoundByTheOneAbove) {
  put("proc/self/cgroup", "0::/box/leaf\n");
  put("sys/fs/cgroup/box/leaf/cgroup.procs", "");
  put("sys/fs/cgroup/box/memory.max", "268435456\n");
  put("sys/fs/cgroup/box/memory.high", "134217728\n");
  put("sys/fs/cgroup/box/pids.max", "77\n");
  EXPECT_EQ(memory_limit(root()), 128_MiB) << "from memory.high on the kernel holds threads up";
  EXPECT_EQ(thread_limit(root()), 77);
}

TEST_F(KernelPressureTest, OldGroupsHaveLimitsToo) {
  put("proc/self/cgroup", "4:memory:/vigia\n0::/\n");
  put("sys/fs/cgroup/memory/vigia/memory.limit_in_bytes", "134217728\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(memory_limit(root()), 128_MiB);
}

}  // namespace
}  // namespace vigia::memory
