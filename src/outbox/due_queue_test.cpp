#include "outbox/due_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

const SteadyTime kNow = SteadyTime(100s);
constexpr DueQueue::CameraNumber kGate = 0, kHall = 1;
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
  for (const std::int64_t id : {1, 2, 3}) queue.add_backlog(id, kGate);
  queue.add_live(4, kGate, kNow);
  queue.add_live(5, kGate, kNow);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{4, 5, 3, 2, 1}));
}

TEST(DueQueue, TheBacklogMayGoOldestFirst) {
  DueQueue queue({.newest_first = false, .rate = 0});
  for (const std::int64_t id : {2, 1, 3}) queue.add_backlog(id, kGate);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(DueQueue, WhatWaitedForThirtySecondsIsBacklog) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kGate, kNow);
  queue.add_live(2, kGate, kNow + 1s);
  queue.add_live(3, kGate, kNow + 20s);
  EXPECT_EQ(claim_all(queue, kNow + 31s), (std::vector<std::int64_t>{3, 2, 1}));
}

TEST(DueQueue, AShotThatWaitsForItsTimeHoldsUpNoOther) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kGate, kNow);
  queue.add_live(2, kGate, kNow);
  ASSERT_EQ(claim(queue), 1);
  queue.postpone(1, kNow + 5s);
  EXPECT_EQ(claim(queue), 2);
  EXPECT_EQ(queue.next_due(kNow), kNow + 5s);
  EXPECT_EQ(claim(queue, kNow + 4s), -1);
  EXPECT_EQ(claim(queue, kNow + 5s), 1);
}

TEST(DueQueue, ARetryIsLiveWhileItIsYoungAndBacklogAfterwards) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kGate, kNow);
  queue.add_backlog(7, kGate);
  ASSERT_EQ(claim(queue), 1);
  queue.postpone(1, kNow + 5s);
  EXPECT_EQ(claim(queue, kNow + 5s), 1);
  queue.postpone(1, kNow + 40s);
  EXPECT_EQ(claim_all(queue, kNow + 40s), (std::vector<std::int64_t>{7, 1}));
}

TEST(DueQueue, TheBacklogGoesAtItsRateAndWhatIsNewAtOnce) {
  DueQueue queue({.newest_first = true, .rate = 4});
  for (std::int64_t id = 1; id <= 20; ++id) queue.add_backlog(id, kGate);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{20, 19, 18, 17}));  // a second's worth is saved up
  ASSERT_TRUE(queue.next_due(kNow));
  EXPECT_GE(*queue.next_due(kNow), kNow + 250ms);
  EXPECT_LE(*queue.next_due(kNow), kNow + 251ms);
  queue.add_live(21, kGate, kNow);
  EXPECT_EQ(claim(queue), 21);
  EXPECT_EQ(claim(queue, kNow + 249ms), -1);
  EXPECT_EQ(claim(queue, *queue.next_due(kNow + 249ms)), 16);
  EXPECT_EQ(claim_all(queue, kNow + 3600s).size(), 4U);  // no more than a second's worth, ever
}

TEST(DueQueue, ARateBelowOneASecondIsKeptToo) {
  DueQueue queue({.newest_first = true, .rate = 0.1});
  for (std::int64_t id = 1; id <= 3; ++id) queue.add_backlog(id, kGate);
  EXPECT_EQ(claim(queue), 3);
  EXPECT_EQ(claim(queue, kNow + 9s), -1);
  EXPECT_EQ(claim(queue, kNow + 11s), 2);
}

TEST(DueQueue, CountsWhatIsClaimedUntilItIsRemovedFromWhereverItIs) {
  DueQueue queue(kUnlimited);
  queue.add_live(1, kGate, kNow);
  queue.add_live(2, kGate, kNow);
  queue.add_backlog(3, kGate);
  queue.add_live(4, kGate, kNow);
  ASSERT_EQ(claim(queue), 1);
  ASSERT_EQ(claim(queue), 2);
  EXPECT_TRUE(queue.is_claimed(1));
  queue.postpone(2, kNow + 5s);
  EXPECT_EQ(queue.size(), 4U);
  for (std::int64_t id = 1; id <= 4; ++id) {
    queue.remove(id, kGate);
    queue.remove(id, kGate);  // twice does nothing
    EXPECT_EQ(queue.size(), static_cast<std::size_t>(4 - id));
  }
  EXPECT_EQ(queue.next_due(kNow), std::nullopt);
  EXPECT_EQ(claim(queue, kNow + 3600s), -1);
}

TEST(DueQueue, TheShotsOfAPausedCameraStandAsideHoweverManyThereAre) {
  DueQueue queue({.newest_first = true, .rate = 4});
  for (std::int64_t id = 1; id <= 20; id += 2) {
    queue.add_backlog(id, kHall);
    queue.add_backlog(id + 1, kGate);
  }
  queue.add_live(21, kGate, kNow);
  queue.pause(kGate, kNow + 60s);
  queue.add_live(22, kGate, kNow);
  queue.add_live(23, kHall, kNow);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{23, 19, 17, 15, 13})) << "the rate is theirs";
  EXPECT_EQ(queue.size(), 23U);
  EXPECT_EQ(claim_all(queue, kNow + 1s), (std::vector<std::int64_t>{11, 9, 7, 5}));
  EXPECT_EQ(claim_all(queue, kNow + 2s), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(queue.next_due(kNow + 2s), kNow + 60s);
  queue.resume(kGate);
  EXPECT_EQ(claim_all(queue, kNow + 3s), (std::vector<std::int64_t>{21, 22, 20, 18, 16, 14}));
}

TEST(DueQueue, OneShotAtATimeOfAPausedCameraIsTriedOnceItsTimeHasCome) {
  DueQueue queue(kUnlimited);
  for (const std::int64_t id : {1, 2, 3}) queue.add_live(id, kGate, kNow);
  ASSERT_EQ(claim(queue), 1);
  ASSERT_EQ(claim(queue), 2);
  queue.pause(kGate, kNow + 1s);
  queue.postpone(1, kNow + 2s);
  EXPECT_EQ(claim(queue, kNow + 1s), -1) << "the second is still out";
  queue.postpone(2, kNow + 2s);
  EXPECT_EQ(claim_all(queue, kNow + 2s), (std::vector<std::int64_t>{1}));
  queue.remove(1, kGate);
  EXPECT_EQ(claim_all(queue, kNow + 2s), (std::vector<std::int64_t>{2})) << "it told nothing: the next";
  queue.pause(kGate, kNow + 5s);
  queue.postpone(2, kNow + 3s);
  EXPECT_EQ(claim(queue, kNow + 4s), -1);
  EXPECT_EQ(claim_all(queue, kNow + 5s), (std::vector<std::int64_t>{2}));
  queue.resume(kGate);
  EXPECT_EQ(claim(queue, kNow + 5s), 3);
}

TEST(DueQueue, WhatIsPausedAgesMeanwhile) {
  DueQueue queue(kUnlimited);
  queue.pause(kGate, kNow + 60s);
  for (const std::int64_t id : {1, 2, 3}) queue.add_live(id, kGate, kNow);
  queue.resume(kGate);
  queue.add_live(4, kHall, kNow + 40s);
  EXPECT_EQ(claim_all(queue, kNow + 40s), (std::vector<std::int64_t>{4, 3, 2, 1}));
}

TEST(DueQueue, TheBacklogOfAnotherQueueKeepsItsCameras) {
  DueQueue earlier(kUnlimited), queue(kUnlimited);
  earlier.add_backlog(1, 0);
  earlier.add_backlog(2, 1);
  queue.pause(kHall, kNow + 60s);
  const std::vector<DueQueue::CameraNumber> numbers{kHall, kGate};
  queue.add_backlog(std::move(earlier), numbers);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(claim_all(queue), (std::vector<std::int64_t>{2}));
  queue.remove(1, kHall);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.next_due(kNow), std::nullopt);
}

TEST(DueQueue, WhatIsHeldIsDueAtItsTimeOrWhenAllIsReleased) {
  DueQueue queue(kUnlimited);
  queue.add_held(1, kGate, kNow, kNow + 100s);
  queue.add_live(2, kGate, kNow);
  DueQueue earlier(kUnlimited);
  earlier.add_held(3, 0, std::nullopt, kNow + 200s);
  queue.add_backlog(std::move(earlier), std::vector<DueQueue::CameraNumber>{kHall});
  ASSERT_EQ(claim(queue), 2);
  queue.postpone(2, kNow + 300s);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.next_due(kNow), kNow + 100s);
  EXPECT_EQ(claim(queue, kNow + 99s), -1);
  EXPECT_EQ(claim(queue, kNow + 100s), 1);
  queue.release_held(kNow + 101s);
  EXPECT_EQ(claim(queue, kNow + 101s), 3);
  EXPECT_EQ(claim(queue, kNow + 299s), -1) << "one that failed is not held";
  EXPECT_EQ(claim(queue, kNow + 300s), 2);
}

}  // namespace
}  // namespace vigia::outbox
