#include "memory/budget.h"

#include <gtest/gtest.h>

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

TEST(BudgetTest, AnOwnersQuotaCountsAllKinds) {
  Budget budget(1000, 100);
  const auto frames = budget.open("gate", Kind::frames);
  const auto packets = budget.open("gate", Kind::packets);
  packets->charge(40);  // FFmpeg's own: cannot be refused, but counts
  EXPECT_TRUE(frames->try_charge(60));
  EXPECT_FALSE(frames->try_charge(1));
  EXPECT_TRUE(budget.open("hall", Kind::frames)->try_charge(100));
}

TEST(BudgetTest, WhenMemoryIsShortTheLargestOwnerIsRefusedFirst) {
  Budget budget(1000);
  const auto greedy = budget.open("greedy", Kind::frames);
  const auto modest = budget.open("modest", Kind::frames);
  EXPECT_TRUE(modest->try_charge(10));
  EXPECT_TRUE(greedy->try_charge(700));
  EXPECT_EQ(budget.fair_share(), 500);
  EXPECT_FALSE(greedy->try_charge(100)) << "beyond the soft mark, and beyond its share";
  EXPECT_TRUE(modest->try_charge(100)) << "the last fifth is for those below their share";
  modest->discharge(100);
  EXPECT_TRUE(greedy->try_charge(10)) << "up to the soft mark it is anybody's";
}

TEST(BudgetTest, AShareIsOfThoseWhoHoldSomething) {
  Budget budget(1000);
  const auto first = budget.open("first", Kind::frames);
  const auto packets = budget.open("first", Kind::packets);
  const auto down = budget.open("down", Kind::frames);
  EXPECT_EQ(budget.fair_share(), 1000);
  EXPECT_TRUE(first->try_charge(1));
  packets->charge(1);
  EXPECT_EQ(budget.fair_share(), 1000) << "one owner, two kinds";
  EXPECT_TRUE(down->try_charge(1));
  EXPECT_EQ(budget.fair_share(), 500);
  EXPECT_FALSE(down->try_charge(2000));
  down->discharge(1);
  EXPECT_EQ(budget.fair_share(), 1000) << "a camera that is down takes no share";
}

TEST(BudgetTest, ItIsFullAlsoWhenTheLastBufferDoesNotFitExactly) {
  Budget budget(100);
  const auto gate = budget.open("gate", Kind::frames);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(gate->try_charge(30));
  EXPECT_EQ(budget.pressure(), Pressure::soft);
  EXPECT_FALSE(gate->try_charge(30));
  EXPECT_EQ(budget.pressure(), Pressure::hard);
  budget.squeeze(Pressure::none);  // the collector looks again
  EXPECT_EQ(budget.pressure(), Pressure::soft);
}

TEST(BudgetTest, AShortageThatTheAccountsDoNotShow) {
  Budget budget(1000);
  const auto gate = budget.open("gate", Kind::frames);
  const auto hall = budget.open("hall", Kind::frames);
  EXPECT_TRUE(hall->try_charge(1));
  EXPECT_TRUE(gate->try_charge(600));
  budget.squeeze(Pressure::soft);
  EXPECT_EQ(budget.pressure(), Pressure::soft);
  EXPECT_FALSE(gate->try_charge(1)) << "it holds more than its share";
  EXPECT_TRUE(hall->try_charge(1));
  budget.squeeze(Pressure::hard);
  EXPECT_FALSE(hall->try_charge(1));
  hall->charge(1);  // a best shot on its way to the disk
  budget.squeeze(Pressure::none);
  EXPECT_TRUE(gate->try_charge(1));
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

}  // namespace
}  // namespace vigia::memory
