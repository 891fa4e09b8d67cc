#include "outbox/due_queue.h"

#include <gtest/gtest.h>

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""s;

const SteadyTime kNow = SteadyTime(100s);

std::int64_t claim(DueQueue& queue, SteadyTime now = kNow) {
  const auto shot = queue.claim(now);
  return shot ? shot->id : -1;
}

TEST(DueQueue, GivesTheOldestCaptureFirstWhateverTheOrderOfAdding) {
  DueQueue queue;
  queue.add({.captured_us = 30, .id = 1, .bytes = 5});
  queue.add({.captured_us = 10, .id = 2, .bytes = 5});
  queue.add({.captured_us = 20, .id = 3, .bytes = 5});
  EXPECT_EQ(claim(queue), 2);
  EXPECT_EQ(claim(queue), 3);
  EXPECT_EQ(claim(queue), 1);
  EXPECT_EQ(claim(queue), -1);
}

TEST(DueQueue, AShotThatWaitsForItsTimeHoldsUpNoOther) {
  DueQueue queue;
  queue.add({.captured_us = 10, .id = 1, .bytes = 5});
  queue.add({.captured_us = 20, .id = 2, .bytes = 5});
  ASSERT_EQ(claim(queue), 1);
  queue.postpone(1, kNow + 5s);
  EXPECT_EQ(queue.next_due(), kNow + 5s);
  EXPECT_EQ(claim(queue), 2);
  EXPECT_EQ(claim(queue, kNow + 4s), -1);
  EXPECT_EQ(claim(queue, kNow + 5s), 1);
}

TEST(DueQueue, CountsWhatIsClaimedUntilItIsRemoved) {
  DueQueue queue;
  queue.add({.captured_us = 10, .id = 1, .bytes = 5});
  queue.add({.captured_us = 20, .id = 2, .bytes = 7});
  ASSERT_EQ(claim(queue), 1);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.bytes(), 12);
  queue.remove(1);
  queue.remove(1);  // twice does nothing
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.bytes(), 7);
}

}  // namespace
}  // namespace vigia::outbox
