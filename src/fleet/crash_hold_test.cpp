#include "fleet/crash_hold.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <vector>

namespace vigia::fleet {
namespace {

using namespace std::chrono_literals;

const UtcTime kNoon = UtcTime(std::chrono::hours(24 * 365 * 50) + 12h);

Crash crash(std::string subject, UtcTime at) {
  return {.at = at, .signal = SIGSEGV, .subject = std::move(subject)};
}

Nanoseconds waits(const std::vector<Crash>& crashes, UtcTime now) {
  const auto hold = crash_hold(crashes, "gate", now);
  return hold ? hold->time : 0ns;
}

TEST(CrashHoldTest, OnlyTheCameraAtFaultWaits) {
  const std::vector<Crash> crashes = {crash("door", kNoon), crash("", kNoon), crash("gate 2", kNoon)};
  EXPECT_FALSE(crash_hold(crashes, "gate", kNoon + 1s));
  EXPECT_TRUE(crash_hold(crashes, "door", kNoon + 1s));
}

TEST(CrashHoldTest, ItWaitsLongerEachTimeAndForTheRestOfItOnly) {
  std::vector<Crash> crashes;
  for (const Nanoseconds expected :
       {Nanoseconds(5min), Nanoseconds(30min), Nanoseconds(2h), Nanoseconds(6h), Nanoseconds(6h)}) {
    const UtcTime at = kNoon + crashes.size() * 1h;
    crashes.push_back(crash("gate", at));
    EXPECT_EQ(waits(crashes, at), expected);
    EXPECT_EQ(waits(crashes, at + 2min), expected - 2min);
    EXPECT_EQ(waits(crashes, at + expected), 0ns);
  }
}

TEST(CrashHoldTest, AfterADayACrashIsForgotten) {
  const std::vector<Crash> crashes = {crash("gate", kNoon), crash("gate", kNoon + 1h),
                                      crash("gate", kNoon + 24h)};
  EXPECT_EQ(waits(crashes, kNoon + 24h), 30min) << "the first one is a day old";
  EXPECT_EQ(waits(crashes, kNoon + 48h), 0ns);
}

TEST(CrashHoldTest, AClockThatIsSetBackHoldsItNoLonger) {
  EXPECT_EQ(waits({crash("gate", kNoon)}, kNoon - 1000h), 5min);
}

TEST(CrashHoldTest, ANameThatIsTooLongForTheRecordIsStillFound) {
  const std::string name(100, 'x');
  EXPECT_TRUE(crash_hold(std::vector{crash(name.substr(0, Crash::kLongestSubject), kNoon)}, name, kNoon));
}

TEST(CrashHoldTest, TheMessageSaysWhatWhenAndHowLong) {
  const auto hold =
      crash_hold(std::vector{crash("gate", kNoon), crash("gate", kNoon + 60s)}, "gate", kNoon + 61s);
  ASSERT_TRUE(hold);
  EXPECT_EQ(hold->reason, camera::Condition::crashed);
  for (const char* part : {"SIGSEGV", "12:01:00", "for the 2. time", "in 30 min"}) {
    EXPECT_NE(hold->message.find(part), std::string::npos) << part << ": " << hold->message;
  }
}

}  // namespace
}  // namespace vigia::fleet
