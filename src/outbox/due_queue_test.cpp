#include "outbox/due_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

const SteadyTime kNow = SteadyTime(100s);
constexpr Replay kUnlimited{.newest_first = true, .rate = 0};

std::int64_t claim(DueQueue& queue, SteadyTime now = kNow) {
  return queue.claim(now).value_or(-1);
}
std::vector<std::int64_t> claim_all(DueQueue& queue, SteadyTime now = kNow) {
  std::vector<std::int64_t> all;
  while (const auto id = queue.claim(now)) all.push_back(*id);
  return all;
}

TEST(DueQueue, GivesTheLiveOnesOldestFirstAndThenTheBacklog) {
  DueQueue queue(kUnlimited);
  for (const std::int64_t id : {1, 2, 3}) queue.add_backlog(id);
  queue.add_live(4, kNow);
  queue.add_live(5, kNow);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{4, 5, 3, 2, 1}));
}

TEST(DueQueue, TheBacklogMayGoOldestFirst) {
  DueQueue queue({.newest_first = false, .rate = 0});
  for (const std::int64_t id : {2, 1, 3}) queue.add_backlog(id);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(DueQueue, WhatWaitedForThirtySecondsIsBacklog) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kNow);
  queue.add_live(2, kNow + 1s);
  queue.add_live(3, kNow + 20s);
  EXPECT_EQ(claim_all(queue, kNow + 31s), (std::vector<std::int64_t>{3, 2, 1}));
}

TEST(DueQueue, AShotThatWaitsForItsTimeHoldsUpNoOther) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kNow);
  queue.add_live(2, kNow);
  ASSERT_EQ(claim(queue), 1);
  queue.postpone(1, kNow + 5s);
  EXPECT_EQ(claim(queue), 2);
  EXPECT_EQ(queue.next_due(kNow), kNow + 5s);
  EXPECT_EQ(claim(queue, kNow + 4s), -1);
  EXPECT_EQ(claim(queue, kNow + 5s), 1);
}

TEST(DueQueue, ARetryIsLiveWhileItIsYoungAndBacklogAfterwards) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kNow);
  queue.add_backlog(7);
  ASSERT_EQ(claim(queue), 1);
  queue.postpone(1, kNow + 5s);
  EXPECT_EQ(claim(queue, kNow + 5s), 1);
  queue.postpone(1, kNow + 40s);
  EXPECT_EQ(claim_all(queue, kNow + 40s), (std::vector<std::int64_t>{7, 1}));
}

TEST(DueQueue, TheBacklogGoesAtItsRateAndWhatIsNewAtOnce) {
  DueQueue queue({.newest_first = true, .rate = 4});
  for (std::int64_t id = 1; id <= 20; ++id) queue.add_backlog(id);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{20, 19, 18, 17}));  // a second's worth is saved up
  ASSERT_TRUE(queue.next_due(kNow));
  EXPECT_GE(*queue.next_due(kNow), kNow + 250ms);
  EXPECT_LE(*queue.next_due(kNow), kNow + 251ms);
  queue.add_live(21, kNow);
  EXPECT_EQ(claim(queue), 21);
  EXPECT_EQ(claim(queue, kNow + 249ms), -1);
  EXPECT_EQ(claim(queue, *queue.next_due(kNow + 249ms)), 16);
  EXPECT_EQ(claim_all(queue, kNow + 3600s).size(), 4U);  // no more than a second's worth, ever
}

TEST(DueQueue, ARateBelowOneASecondIsKeptToo) {
  DueQueue queue({.newest_first = true, .rate = 0.1});
  for (std::int64_t id = 1; id <= 3; ++id) queue.add_backlog(id);
  EXPECT_EQ(claim(queue), 3);
  EXPECT_EQ(claim(queue, kNow + 9s), -1);
  EXPECT_EQ(claim(queue, kNow + 11s), 2);
}

TEST(DueQueue, CountsWhatIsClaimedUntilItIsRemovedFromWhereverItIs) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kNow);
  queue.add_live(2, kNow);
  queue.add_backlog(3);
  queue.add_live(4, kNow);
  ASSERT_EQ(claim(queue), 1);
  ASSERT_EQ(claim(queue), 2);
  EXPECT_TRUE(queue.is_claimed(1));
  queue.postpone(2, kNow + 5s);
  EXPECT_EQ(queue.size(), 4U);
  for (std::int64_t id = 1; id <= 4; ++id) {
    queue.remove(id);
    queue.remove(id);  // twice does nothing
    EXPECT_EQ(queue.size(), static_cast<std::size_t>(4 - id));
  }
  EXPECT_EQ(queue.next_due(kNow), std::nullopt);
  EXPECT_EQ(claim(queue, kNow + 3600s), -1);
}

}  // namespace
}  // namespace vigia::outbox
