#include "camera/open_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

class OpenQueueTest : public ::testing::Test {
 protected:
  OpenQueue::Ticket add(const std::string& host, bool failed = false) { return queue_.add(host, failed); }
  bool is_in(OpenQueue::Ticket ticket) {
    queue_.admit(now_);
    return queue_.is_in(ticket);
  }

  OpenQueue queue_;
  SteadyTime now_{1h};
};

TEST_F(OpenQueueTest, OneAtOnceToAHost) {
  const auto one = add("nvr"), two = add("nvr"), other = add("cam");
  EXPECT_TRUE(is_in(one));
  EXPECT_FALSE(is_in(two));
  EXPECT_TRUE(is_in(other));
  queue_.remove(one);
  EXPECT_TRUE(is_in(two));
}

TEST_F(OpenQueueTest, FourAtOnceInAll) {
  std::vector<OpenQueue::Ticket> tickets;
  for (int i = 0; i < 6; ++i) tickets.push_back(add("cam" + std::to_string(i)));
  int in = 0;
  for (const auto ticket : tickets) in += is_in(ticket) ? 1 : 0;
  EXPECT_EQ(in, 4);
  queue_.remove(tickets[0]);
  EXPECT_TRUE(is_in(tickets[4])) << "in the order in which they came";
  EXPECT_FALSE(is_in(tickets[5]));
}

TEST_F(OpenQueueTest, EightHostsThatDoNotAnswerDelayTheNinthByTwoSeconds) {
  for (int i = 0; i < 8; ++i) add("dead" + std::to_string(i));
  const auto alive = add("alive");
  const SteadyTime begun = now_;
  while (!is_in(alive)) now_ = queue_.next_change(now_);
  EXPECT_LE(now_ - begun, 2s);
}

TEST_F(OpenQueueTest, OnceTheyAreKnownHundredDeadHostsDelayNobody) {
  for (int i = 0; i < 100; ++i) add("dead" + std::to_string(i), true);
  queue_.admit(now_);
  EXPECT_TRUE(is_in(add("alive")));
}

TEST_F(OpenQueueTest, WhoFailedLastTimeWaitsBehindWhoDidNot) {
  const auto first = add("nvr"), failed = add("nvr", true), good = add("nvr");
  EXPECT_TRUE(is_in(first));
  queue_.remove(first);
  EXPECT_TRUE(is_in(good));
  EXPECT_FALSE(is_in(failed));
}

TEST_F(OpenQueueTest, AChannelThatHangsHoldsUpItsRecorderForTwoSeconds) {
  const auto hangs = add("nvr"), next = add("nvr");
  EXPECT_TRUE(is_in(hangs));
  now_ += 1900ms;
  EXPECT_FALSE(is_in(next));
  now_ += 100ms;
  EXPECT_TRUE(is_in(next));
}

TEST(OpenGate, AStopEndsTheWait) {
  testing::FakeClock clock;
  OpenGate gate(clock);
  const auto held = gate.enter("nvr", false, {});
  ASSERT_TRUE(held);
  std::atomic<bool> refused{false};
  std::jthread waits(
      [&](const std::stop_token& stop) { refused = gate.enter("nvr", false, stop) == nullptr; });
  waits.request_stop();
  waits.join();
  EXPECT_TRUE(refused);
}

TEST(OpenGate, APlaceThatIsGivenBackIsTheNextOnes) {
  testing::FakeClock clock;
  OpenGate gate(clock);
  auto held = gate.enter("nvr", false, {});
  std::jthread waits([&](const std::stop_token& stop) { EXPECT_TRUE(gate.enter("nvr", false, stop)); });
  held.reset();
  waits.join();
}

}  // namespace
}  // namespace vigia::camera
