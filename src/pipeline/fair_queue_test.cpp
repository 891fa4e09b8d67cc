#include "pipeline/fair_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

struct Member {
  explicit Member(char called, int weight = 1) : name(called), share(weight) {}
  char name;
  FairShare share;
};

class FairQueueTest : public ::testing::Test {
 protected:
  void add(Member& member) { queue_.add(member, member.share); }
  // The members in the order of their turns, when each comes back at once and a turn costs that much.
  std::string turns(int count, Nanoseconds cost) {
    std::string order;
    for (int i = 0; i < count; ++i) {
      Member& next = *queue_.take();
      order += next.name;
      next.share.charge(cost);
      add(next);
    }
    return order;
  }

  FairQueue<Member> queue_;
  Member a_{'a'}, b_{'b'}, c_{'c'};
};

TEST_F(FairQueueTest, WhoIsAloneGoesAtOnce) {
  EXPECT_EQ(queue_.take(), nullptr);
  add(a_);
  EXPECT_EQ(turns(3, 1h), "aaa");
}

TEST_F(FairQueueTest, EqualsTakeTurnsInTheOrderInWhichTheyCame) {
  add(b_);
  add(a_);
  add(c_);
  EXPECT_EQ(turns(9, 5ms), "bacbacbac");
  EXPECT_EQ(turns(9, 0ms), "bacbacbac") << "also where the clock is too coarse to tell";
}

TEST_F(FairQueueTest, WeightsShareTheTurns) {
  Member heavy('h', 3);
  add(a_);
  add(heavy);
  const std::string order = turns(400, 6ms);
  EXPECT_EQ(std::ranges::count(order, 'h'), 300) << order.substr(0, 40);
  EXPECT_EQ(order.find("hhhh", 4), std::string::npos) << "not in a row: " << order.substr(0, 40);
}

TEST_F(FairQueueTest, DearTurnsComeLessOften) {
  std::map<char, Nanoseconds> cost = {{'a', 2ms}, {'b', 8ms}};
  std::map<char, int> turns;
  add(a_);
  add(b_);
  for (int i = 0; i < 500; ++i) {
    Member& next = *queue_.take();
    ++turns[next.name];
    next.share.charge(cost[next.name]);
    add(next);
  }
  EXPECT_EQ(turns['a'], 400);
  EXPECT_EQ(turns['b'], 100);
}

TEST_F(FairQueueTest, WhoHadNothingToDoDoesNotSaveUp) {
  add(a_);
  add(b_);
  turns(100, 10ms);
  add(c_);  // for the first time: a second of the others' time has passed
  const std::string order = turns(9, 10ms);
  EXPECT_EQ(order.find("cc"), std::string::npos) << order;
  EXPECT_EQ(std::ranges::count(order, 'c'), 3);
}

TEST_F(FairQueueTest, ATurnThatTheMachineHeldUpIsForgiven) {
  add(a_);
  add(b_);
  Member& held_up = *queue_.take();
  held_up.share.charge(1h);
  add(held_up);
  const std::string order = turns(30, 10ms);
  EXPECT_EQ(order.find('a'), 25U) << order;  // 250 ms of the others, no more
}

TEST_F(FairQueueTest, AThousandEachGetTheirShare) {
  std::deque<Member> many;
  for (int i = 0; i < 1000; ++i) add(many.emplace_back('m', 1 + i % 4));
  std::map<const Member*, int> taken;
  for (int i = 0; i < 250'000; ++i) {
    Member& next = *queue_.take();
    ++taken[&next];
    next.share.charge(1ms);
    add(next);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_NEAR(taken[&many[static_cast<std::size_t>(i)]], 100 * (1 + i % 4), 5) << i;
  }
}

}  // namespace
}  // namespace vigia::pipeline
