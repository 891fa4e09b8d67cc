#include "memory/vitals.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "memory/system_memory.h"
#include "testing/sanitized.h"

namespace vigia::memory {
namespace {

using namespace std::chrono_literals;

class VitalsTest : public ::testing::Test {
 protected:
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) vitals_.tick(now_ += 1s);
  }

  Budget budget_{1_GiB};
  SteadyTime now_{};
  Vitals vitals_{budget_, 64_GiB};
};

TEST_F(VitalsTest, KnowsThePresent) {
  pass(1);
  const Growth growth = vitals_.growth();
  EXPECT_GT(growth.resident.now, 100'000);
  EXPECT_EQ(growth.resident.limit, 64.0 * 1_GiB);
  EXPECT_GE(growth.threads.now, 1);
  EXPECT_GE(growth.descriptors.now, 3);
  EXPECT_FALSE(growth.alarm);
}

TEST_F(VitalsTest, NamesTheLimitAndWhoGrowsMost) {
  const auto gate = budget_.open("gate", Kind::frames);
  const auto hall = budget_.open("hall", Kind::frames);
  std::vector<std::unique_ptr<char[]>> held;
  for (int second = 0; second < 60; ++second) {
    gate->charge(2_MiB);
    hall->charge(100_KiB);
    held.push_back(std::make_unique<char[]>(2_MiB));  // zeroed, so really resident
    pass(1);
  }
  const Growth growth = vitals_.growth();
  EXPECT_TRUE(growth.resident.slopes[0].grows());
  ASSERT_TRUE(growth.alarm);
  EXPECT_EQ(growth.alarm->what, "memory");
  EXPECT_EQ(growth.alarm->window, Window::minute);
  // 64 GiB at some 2 MiB a second.
  const double expected = 64.0 * 1024 / 2;
  EXPECT_NEAR(growth.alarm->seconds, expected, testing::kSanitized ? expected : expected * 0.2);
  ASSERT_TRUE(growth.culprit);
  // A sanitizer's shadow memory is in no account, and grows as much.
  if (!testing::kSanitized) {
    EXPECT_EQ(growth.culprit->owner, "gate");
    EXPECT_EQ(growth.culprit->kind, "frames");
  }
  EXPECT_GT(growth.culprit->grown, 50_MiB);
  gate->discharge(gate->in_use());
  hall->discharge(hall->in_use());
}

TEST_F(VitalsTest, SeesMemoryThatIsInNoAccount) {
  std::vector<std::unique_ptr<char[]>> held;
  for (int second = 0; second < 60; ++second) {
    held.push_back(std::make_unique<char[]>(2_MiB));
    pass(1);
  }
  const Growth growth = vitals_.growth();
  ASSERT_TRUE(growth.culprit);
  EXPECT_EQ(growth.culprit->owner, kUnaccounted);
}

TEST_F(VitalsTest, WhatIsThereFromTheBeginningHasNotGrown) {
  const std::vector<char> program(200'000'000, 1);
  const auto base = budget_.open("base", Kind::tensors);
  base->charge(300_MiB);
  pass(1);
  const auto gate = budget_.open("gate", Kind::frames);
  for (int second = 0; second < 60; ++second) {
    gate->charge(100_KiB);
    pass(1);
  }
  const Growth growth = vitals_.growth();
  ASSERT_TRUE(growth.culprit);
  EXPECT_EQ(growth.culprit->owner, "gate");
}

TEST_F(VitalsTest, AFastLeakAfterHoursOfPeaceIsSeenWithinAMinute) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer keeps what was freed: there is no peace";
  Vitals vitals(budget_, 2_GiB);
  const auto pass_of = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) vitals.tick(now_ += 1s);
  };
  pass_of(3 * 3600);
  EXPECT_FALSE(vitals.growth().alarm && vitals.growth().alarm->matters);
  std::vector<std::unique_ptr<char[]>> held;
  for (int second = 0; second < 60; ++second) {
    held.push_back(std::make_unique<char[]>(2_MiB));
    pass_of(1);
  }
  const auto alarm = vitals.growth().alarm;
  ASSERT_TRUE(alarm);
  EXPECT_EQ(alarm->window, Window::minute);
  EXPECT_TRUE(alarm->matters) << alarm->seconds;
  held.clear();
  pass_of(2 * 60);
  EXPECT_FALSE(vitals.growth().alarm && vitals.growth().alarm->matters) << "it is over";
}

TEST_F(VitalsTest, ForgetsOwnersThatAreGone) {
  auto gate = budget_.open("gate", Kind::frames);
  gate->charge(500_MiB);
  pass(60);
  gate->discharge(500_MiB);
  gate.reset();
  pass(120);
  const Growth growth = vitals_.growth();
  EXPECT_TRUE(!growth.culprit || growth.culprit->owner != "gate");
}

TEST_F(VitalsTest, FormatsDurationsForPeople) {
  EXPECT_EQ(format_duration(40), "40 s");
  EXPECT_EQ(format_duration(125), "2 min");
  EXPECT_EQ(format_duration(3 * 3600 + 300), "3 h 5 min");
  EXPECT_EQ(format_duration(12 * 86400 + 7200), "12 d 2 h");
}

}  // namespace
}  // namespace vigia::memory
