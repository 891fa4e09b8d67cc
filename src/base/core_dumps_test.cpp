#include "base/core_dumps.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "testing/temp_dir.h"

namespace vigia {
namespace {

// Returns how a process ended that called the function and then crashed, in a folder where dumps are allowed.
int status_of_a_crash(const testing::TempDir& folder, const std::function<void()>& first) {
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_CORE, &limit);
    if (::chdir(folder.path().c_str()) != 0) ::_exit(3);
    first();
    ::signal(SIGABRT, SIG_DFL);
    ::raise(SIGABRT);
    ::_exit(4);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(CoreDumps, ACrashLeavesNone) {
  const testing::TempDir folder;
  const int crash = status_of_a_crash(folder, leave_no_core_dumps);
  ASSERT_TRUE(WIFSIGNALED(crash));
  EXPECT_FALSE(WCOREDUMP(crash));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(CoreDumps, ADeveloperCanAllowThemAgain) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &before), 0);
  leave_no_core_dumps();
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &after), 0);
  EXPECT_LE(after.rlim_cur, 1U);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
  EXPECT_EQ(::setrlimit(RLIMIT_CORE, &before), 0);
}

}  // namespace
}  // namespace vigia
