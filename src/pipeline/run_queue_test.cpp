#include "pipeline/run_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace vigia::pipeline {
namespace {

struct Member {
  QueueSlot<Member>& place() noexcept { return turn_place; }
  bool try_schedule() noexcept { return !claimed.exchange(true); }

  QueueSlot<Member> turn_place{1};
  std::atomic<bool> claimed{false};
  std::atomic<int> at_work{0}, turns{0};
};

class RunQueueTest : public ::testing::Test {
 protected:
  RunQueueTest() { nobody_waits_.request_stop(); }
  void push(Member& member) {
    if (member.try_schedule()) run_queue_.push(member);
  }
  Member* pop() { return run_queue_.pop(nobody_waits_.get_token()); }

  RunQueueOf<Member> run_queue_;
  Member a_, b_, c_;
  std::stop_source nobody_waits_;
};

TEST_F(RunQueueTest, InTheOrderInWhichTheyCame) {
  push(b_);
  push(a_);
  EXPECT_EQ(pop(), &b_);
  push(c_);
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(pop(), &c_);
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(RunQueueTest, ANudgeGivesATurnToWhoHasNone) {
  run_queue_.wake(a_);
  run_queue_.wake(a_);
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(pop(), nullptr);
  run_queue_.wake(a_);
  EXPECT_EQ(pop(), nullptr) << "it is still with the worker";
  a_.claimed = false;
  run_queue_.wake(a_);
  EXPECT_EQ(pop(), &a_);
}

TEST_F(RunQueueTest, AStopWakesTheWorkersAndLosesNobody) {
  std::vector<std::jthread> workers;
  std::atomic<int> ended{0};
  std::stop_source stop;
  for (int i = 0; i < 3; ++i) {
    workers.emplace_back([&] {
      while (Member* const next = run_queue_.pop(stop.get_token())) ++next->turns;
      ++ended;
    });
  }
  push(a_);
  push(b_);
  stop.request_stop();
  workers.clear();
  EXPECT_EQ(ended, 3);
  EXPECT_EQ(a_.turns + b_.turns, 2);
}

// Each worker has a stop of its own, and a stop may wake another worker than the one it is meant for.
TEST_F(RunQueueTest, AStopForOneEndsThatOne) {
  for (int round = 0; round < 100; ++round) {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([this](const std::stop_token& stop) {
        while (Member* const next = run_queue_.pop(stop)) {
          ++next->turns;
          next->claimed = false;
        }
      });
    }
    while (workers.size() > 1) workers.erase(workers.begin());  // stops it, and waits for its end
    push(a_);
    while (a_.turns <= round) std::this_thread::yield();
  }
}

// Several threads push members again and again, one more wakes them, and three workers pop them.
TEST_F(RunQueueTest, NobodyIsLostAndNobodyIsTwiceAtWork) {
  constexpr int kMembers = 20, kTimes = 2000;
  std::vector<Member> members(kMembers);
  std::vector<std::atomic<int>> waiting(kMembers);
  std::atomic<bool> twice{false};
  std::stop_source stop;
  std::vector<std::jthread> workers, others;
  for (int i = 0; i < 3; ++i) {
    workers.emplace_back([&] {
      while (Member* const next = run_queue_.pop(stop.get_token())) {
        if (++next->at_work != 1) twice = true;
        auto& left = waiting[static_cast<std::size_t>(next - &members[0])];
        const int taken = left.exchange(0);
        next->turns += taken;
        --next->at_work;
        next->claimed = false;
        if (left > 0) push(*next);  // new work came meanwhile, whose thread could not schedule it
      }
    });
  }
  for (int thread = 0; thread < 2; ++thread) {
    others.emplace_back([&, thread] {
      for (int i = 0; i < kTimes * kMembers / 2; ++i) {
        const auto which = static_cast<std::size_t>(2 * (i % (kMembers / 2)) + thread);
        ++waiting[which];
        push(members[which]);
      }
    });
  }
  others.emplace_back([&] {
    for (int i = 0; i < kTimes; ++i) run_queue_.wake(members[static_cast<std::size_t>(i % kMembers)]);
  });
  others.clear();
  stop.request_stop();
  workers.clear();
  EXPECT_FALSE(twice);
  for (auto& member : members) EXPECT_EQ(member.turns, kTimes);
}

}  // namespace
}  // namespace vigia::pipeline
