#include "memory/budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace vigia::memory {
namespace {

TEST(BudgetTest, RefusesBeyondTheLimitAndChargesNothing) {
  Budget budget(100);
  const auto gate = budget.open("gate", Kind::frames);
  EXPECT_TRUE(gate->try_charge(100));
  EXPECT_FALSE(gate->try_charge(1));
  EXPECT_EQ(budget.in_use(), 100);
  gate->discharge(100);
  EXPECT_EQ(budget.in_use(), 0);
}

TEST(BudgetTest, AQuotaBoundsOneOwnerOnly) {
  Budget budget(100);
  const auto gate = budget.open("gate", Kind::frames, 30);
  const auto hall = budget.open("hall", Kind::frames);
  EXPECT_TRUE(gate->try_charge(30));
  EXPECT_FALSE(gate->try_charge(1));
  EXPECT_TRUE(hall->try_charge(70));
}

TEST(BudgetTest, PressureHasTwoMarks) {
  Budget budget(100);
  const auto gate = budget.open("gate", Kind::frames);
  gate->charge(79);
  EXPECT_EQ(budget.pressure(), Pressure::none);
  gate->charge(1);
  EXPECT_EQ(budget.pressure(), Pressure::soft);
  gate->charge(50);  // what must not be refused may pass the mark
  EXPECT_EQ(budget.pressure(), Pressure::hard);
}

TEST(BudgetTest, NamesOwnersAndForgetsThoseThatAreGone) {
  Budget budget(1000);
  auto gate = budget.open("gate", Kind::frames);
  const auto same = budget.open("gate", Kind::frames);
  const auto jpeg = budget.open("gate", Kind::jpeg);
  gate->charge(10);
  same->charge(5);
  jpeg->charge(7);
  auto uses = budget.by_owner();
  ASSERT_EQ(uses.size(), 2U);
  EXPECT_EQ(uses[0].bytes, 15);
  EXPECT_EQ(uses[1].kind, Kind::jpeg);
  gate->discharge(10);
  gate.reset();
  EXPECT_EQ(budget.by_owner()[0].bytes, 5);
}

TEST(BudgetTest, AChargeEndsWithItsHolderAndMovesWithIt) {
  Budget budget(1000);
  {
    Charge first(budget.open("gate", Kind::jpeg), 40);
    Charge second(std::move(first));
    EXPECT_EQ(budget.in_use(), 40);
    second = Charge(budget.open("gate", Kind::jpeg), 60);
    EXPECT_EQ(budget.in_use(), 60);
  }
  EXPECT_EQ(budget.in_use(), 0);
}

TEST(BudgetTest, RacingThreadsNeverPassTheLimit) {
  Budget budget(64);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&budget] {
      const auto account = budget.open("camera", Kind::frames);
      for (int i = 0; i < 20000; ++i) {
        if (account->try_charge(16)) account->discharge(16);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(budget.in_use(), 0);
}

}  // namespace
}  // namespace vigia::memory
