#include "base/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace vigia {
namespace {

using namespace std::chrono_literals;

TEST(StopSignalsTest, TheFirstIsWaitedFor) {
  StopSignals signals;
  EXPECT_FALSE(signals.wait_for(1ms));
  ::raise(SIGTERM);
  EXPECT_TRUE(signals.wait_for(10s));
  ::raise(SIGINT);
  EXPECT_TRUE(signals.wait_for(10s));
}

TEST(StopSignalsDeathTest, TheNextEndsTheProcessAtOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        StopSignals signals;
        signals.exit_on_next();
        ::kill(::getpid(), SIGINT);
        while (true) ::pause();
      },
      ::testing::ExitedWithCode(1), "stopped at once");
}

TEST(StopSignalsTest, AHangupIsNotedAndIsNoStop) {
  StopSignals signals;
  signals.outlive_hangups();
  EXPECT_FALSE(signals.hangup_came());
  ::raise(SIGHUP);
  EXPECT_FALSE(signals.wait_for(0ms));
  EXPECT_TRUE(signals.hangup_came());
  EXPECT_FALSE(signals.hangup_came()) << "once";
}

TEST(StopSignalsTest, ABrokenPipeIsNoEnd) {
  const StopSignals signals;
  ::raise(SIGPIPE);
  SUCCEED();
}

}  // namespace
}  // namespace vigia
