// The order in which shots leave, and the rate of the backlog.
#include <gtest/gtest.h>

#include <thread>

#include "outbox/outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using testing::sample_shot;
using Tracks = std::vector<std::uint64_t>;

class OutboxReplayTest : public OutboxFixture {
 protected:
  void add_all(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t track = from; track <= to; ++track) ASSERT_TRUE(add(track).ok());
  }
};

TEST_F(OutboxReplayTest, NewShotsGoFirstAndThenWhatAnEarlierRunLeftNewestFirst) {
  open();
  add_all(1, 3);
  open();
  add_all(4, 5);
  EXPECT_EQ(take_all(), (Tracks{4, 5, 3, 2, 1}));
}

TEST_F(OutboxReplayTest, TheBacklogMayGoOldestFirst) {
  replay_.newest_first = false;
  open();
  add_all(1, 3);
  open();
  add_all(4, 5);
  EXPECT_EQ(take_all(), (Tracks{4, 5, 1, 2, 3}));
}

TEST_F(OutboxReplayTest, WhatWaitedIsReplayedAtItsRate) {
  replay_.rate = 2;
  open();
  add_all(1, 7);
  clock_.advance(31s);
  EXPECT_EQ(take_all(), (Tracks{7, 6}));
  ASSERT_TRUE(add(8).ok());
  EXPECT_EQ(take_all(), (Tracks{8}));
  clock_.advance(1s);
  EXPECT_EQ(take_all(), (Tracks{5, 4}));
  clock_.advance(500ms);
  EXPECT_EQ(take_all(), (Tracks{3}));
}

TEST_F(OutboxReplayTest, ASenderSleepsUntilTheNextOfTheBacklogMayGo) {
  replay_.rate = 0.5;
  open();
  add_all(1, 2);
  clock_.advance(31s);
  ASSERT_TRUE(outbox_->take("findface", clock_.now(), {}).ok());
  std::optional<std::uint64_t> track;
  std::jthread sender([&](const std::stop_token& stop) {
    auto taken = outbox_->take("findface", clock_.now(), stop);
    if (taken.ok() && *taken) track = (*taken)->shot.track;
  });
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  clock_.advance(2001ms);
  sender.join();
  EXPECT_EQ(track, 1U);
}

TEST_F(OutboxReplayTest, NoOrderFollowsTheTimeOfDay) {
  open();
  ASSERT_TRUE(add(1).ok());
  clock_.set_utc(clock_.utc_now() - 1h);
  ASSERT_TRUE(add(2).ok());
  clock_.set_utc(clock_.utc_now() + 2h);
  ASSERT_TRUE(add(3).ok());
  domain::Shot shot = sample_shot(4);
  shot.captured -= 1h;
  ASSERT_TRUE(outbox_->add(shot).ok());
  EXPECT_EQ(take_all(), (Tracks{1, 2, 3, 4}));
  open();
  EXPECT_EQ(take_all(), (Tracks{4, 3, 2, 1}));
}

TEST_F(OutboxReplayTest, EveryRouteGetsEveryShotAtItsOwnPace) {
  routes_ = {"findface", "mqtt"};
  open();
  add_all(1, 2);
  auto first = take("findface");
  ASSERT_TRUE(first);
  ASSERT_TRUE(outbox_->finished(*first).ok());
  EXPECT_EQ(outbox_->pending("findface").shots, 1U);
  EXPECT_EQ(outbox_->pending("mqtt").shots, 2U);
  EXPECT_EQ(outbox_->pending().shots, 2U);
  first = take("mqtt");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->shot.track, 1U);
  EXPECT_EQ(first->route, "mqtt");
  ASSERT_TRUE(outbox_->postpone(*first, {.until = clock_.now(), .doubtful = true, .why = "away"}).ok());
  open();
  EXPECT_EQ(outbox_->pending("findface").shots, 1U);
  EXPECT_EQ(outbox_->pending("mqtt").shots, 2U);
  EXPECT_EQ(take("findface")->attempts, 0);
  EXPECT_EQ(take("mqtt")->shot.track, 2U);
  EXPECT_EQ(take("mqtt")->doubtful, 1);
}

TEST_F(OutboxReplayTest, AnUnknownRouteIsAnError) {
  open();
  EXPECT_FALSE(outbox_->take("pigeon", clock_.now(), {}).ok());
  EXPECT_EQ(outbox_->pending("pigeon").shots, 0U);
}

TEST_F(OutboxReplayTest, AShotIsGoneFromTheFileWithItsLastDelivery) {
  routes_ = {"findface", "mqtt"};
  open();
  add_all(1, 1);
  ASSERT_TRUE(outbox_->finished(*take("findface")).ok());
  EXPECT_EQ(number("SELECT count(*) FROM shots"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM images"), 1);
  ASSERT_TRUE(outbox_->finished(*take("mqtt")).ok());
  for (const char* const table : {"shots", "images", "deliveries"}) {
    EXPECT_EQ(number(std::string("SELECT count(*) FROM ") + table), 0) << table;
  }
}

TEST_F(OutboxReplayTest, DeliveriesOfARouteThatIsNotSetAnyMoreWaitForIt) {
  routes_ = {"findface", "mqtt"};
  open();
  add_all(1, 2);
  routes_ = {"findface"};
  open();
  EXPECT_EQ(outbox_->pending("findface").shots, 2U);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(outbox_->finished(*take()).ok());
  EXPECT_EQ(outbox_->pending("findface").shots, 0U);
  EXPECT_EQ(outbox_->pending().shots, 2U);
  routes_ = {"mqtt"};
  open();
  EXPECT_EQ(take_all("mqtt"), (Tracks{2, 1}));
}

}  // namespace
}  // namespace vigia::outbox
