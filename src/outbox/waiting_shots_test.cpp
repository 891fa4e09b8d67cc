#include "outbox/waiting_shots.h"

#include <gtest/gtest.h>

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

const SteadyTime kNow = SteadyTime(100s);
constexpr RouteSet kBoth = 3;
constexpr std::size_t kAll = 1000;

class WaitingShotsTest : public ::testing::Test {
 protected:
  void add(std::int64_t id, RouteSet routes = kBoth, SteadyTime deadline = SteadyTime::max()) {
    shots_.add({.id = id, .bytes = 10 * id, .deadline = deadline, .routes = routes, .camera = camera_}, kNow);
  }
  std::int64_t claim(std::size_t route, SteadyTime now = kNow) {
    return shots_.claim(route, now, expired_).value_or(-1);
  }
  static std::vector<std::int64_t> ids(const std::vector<TakenOut>& all) {
    std::vector<std::int64_t> result;
    for (const TakenOut& out : all) result.push_back(out.id);
    return result;
  }

  const domain::CameraKey camera_{"gate", std::nullopt};
  WaitingShots shots_{2, {.newest_first = true, .rate = 0}};
  std::vector<TakenOut> expired_;
};

TEST_F(WaitingShotsTest, AShotWaitsUntilEveryRouteHasFinishedIt) {
  add(1);
  ASSERT_EQ(claim(0), 1);
  ASSERT_EQ(claim(1), 1);
  const auto first = shots_.finish(0, 1);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->whole);
  EXPECT_EQ(shots_.size(), 1U);
  EXPECT_EQ(shots_.size(0), 0U);
  EXPECT_EQ(shots_.size(1), 1U);
  EXPECT_EQ(shots_.bytes(), 10);
  const auto second = shots_.finish(1, 1);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->whole);
  EXPECT_EQ(shots_.size(), 0U);
  EXPECT_EQ(shots_.bytes(), 0);
  EXPECT_EQ(shots_.bytes(1), 0);
  EXPECT_FALSE(shots_.finish(1, 1));
}

TEST_F(WaitingShotsTest, RoutesThatAreNotSetKeepAShot) {
  add(1, route_bit(0) | kOtherRoutes);
  ASSERT_EQ(claim(0), 1);
  EXPECT_EQ(claim(1), -1);
  EXPECT_FALSE(shots_.finish(0, 1)->whole);
  EXPECT_EQ(shots_.size(), 1U);
  const auto oldest = shots_.take_oldest();
  ASSERT_TRUE(oldest);
  EXPECT_EQ(oldest->routes, kOtherRoutes);
  EXPECT_TRUE(oldest->whole);
}

TEST_F(WaitingShotsTest, WhatIsTooOldIsTakenOutAndNotClaimed) {
  add(1, kBoth, kNow + 5s);
  add(2, kBoth, kNow + 9s);
  EXPECT_EQ(shots_.next_expiry(), kNow + 5s);
  EXPECT_TRUE(shots_.expire(kNow + 4s, kAll).empty());
  const auto out = shots_.expire(kNow + 5s, kAll);
  EXPECT_EQ(ids(out), std::vector<std::int64_t>{1});
  EXPECT_TRUE(out.front().whole);
  EXPECT_EQ(out.front().camera, "gate");
  EXPECT_EQ(shots_.next_expiry(), kNow + 9s);
  // Between two scans of all, a claim checks its own shot.
  EXPECT_EQ(claim(0, kNow + 9s), -1);
  EXPECT_EQ(ids(expired_), std::vector<std::int64_t>{2});
  EXPECT_EQ(expired_.front().routes, route_bit(0));
  EXPECT_EQ(shots_.size(1), 1U);
}

TEST_F(WaitingShotsTest, AllAreLookedAtOnceASecondAtMost) {
  add(1, kBoth, kNow + 1s);
  EXPECT_EQ(shots_.expire(kNow + 1s, kAll).size(), 1U);
  add(2, kBoth, kNow + 1s);
  EXPECT_EQ(shots_.next_expiry(), kNow + 2s);
  EXPECT_TRUE(shots_.expire(kNow + 1500ms, kAll).empty());
  EXPECT_EQ(shots_.expire(kNow + 2s, kAll).size(), 1U);
  EXPECT_EQ(shots_.next_expiry(), SteadyTime::max());
}

TEST_F(WaitingShotsTest, WhatASenderHasIsLeftToIt) {
  add(1, kBoth, kNow + 1s);
  add(2);
  ASSERT_EQ(claim(0), 1);
  const auto out = shots_.expire(kNow + 2s, kAll);
  ASSERT_EQ(ids(out), std::vector<std::int64_t>{1});
  EXPECT_EQ(out.front().routes, route_bit(1));
  EXPECT_FALSE(out.front().whole);
  EXPECT_EQ(shots_.take_oldest()->id, 2);
  EXPECT_FALSE(shots_.take(1));
  shots_.postpone(0, 1, kNow + 3s);
  EXPECT_EQ(ids(shots_.expire(kNow + 3s, kAll)), std::vector<std::int64_t>{1});
  EXPECT_EQ(shots_.size(), 0U);
}

TEST_F(WaitingShotsTest, TheOldestOfARouteIsKnownWhateverTheOthersNeed) {
  EXPECT_FALSE(shots_.oldest(0));
  add(1, route_bit(1));
  shots_.add({.id = 2, .bytes = 1, .deadline = SteadyTime::max(), .routes = kBoth, .camera = camera_},
             kNow + 5s);
  EXPECT_EQ(shots_.oldest(0), kNow + 5s);
  EXPECT_EQ(shots_.oldest(1), kNow);
  ASSERT_EQ(claim(1), 1);
  static_cast<void>(shots_.finish(1, 1));
  EXPECT_EQ(shots_.oldest(1), kNow + 5s);
  WaitingShots earlier(2, {});
  earlier.add({.id = 0, .bytes = 1, .deadline = SteadyTime::max(), .routes = kBoth, .camera = camera_}, {});
  ASSERT_TRUE(shots_.add_backlog(std::move(earlier)));
  EXPECT_EQ(shots_.oldest(1), SteadyTime::min());
}

}  // namespace
}  // namespace vigia::outbox
