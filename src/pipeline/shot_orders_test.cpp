#include "pipeline/shot_orders.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

ShotOrder order_of(std::uint64_t track) {
  ShotOrder order;
  auto& finished = order.what.emplace<track::Finished>();
  finished.track = std::make_unique<domain::Track>();
  finished.track->id = track;
  return order;
}

std::uint64_t track_of(const ShotOrder& order) {
  return std::get<track::Finished>(order.what).track->id;
}

TEST(ShotOrdersTest, InTheOrderInWhichTheyCame) {
  ShotOrders orders(10);
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_FALSE(orders.push(order_of(i)));
  EXPECT_EQ(track_of(*orders.pop_for(0ns)), 1U);
  EXPECT_FALSE(orders.push(order_of(4)));
  for (std::uint64_t i = 2; i <= 4; ++i) EXPECT_EQ(track_of(*orders.pop_for(0ns)), i);
  EXPECT_FALSE(orders.pop_for(0ns));
}

TEST(ShotOrdersTest, WhatHasNoRoomIsGivenBack) {
  ShotOrders orders(2);
  EXPECT_FALSE(orders.push(order_of(1)));
  EXPECT_FALSE(orders.push(order_of(2)));
  const auto refused = orders.push(order_of(3));
  ASSERT_TRUE(refused);
  EXPECT_EQ(track_of(*refused), 3U);
  EXPECT_EQ(orders.depth(), 2U);
  EXPECT_TRUE(orders.pop_for(0ns));
  EXPECT_FALSE(orders.push(order_of(4))) << "there is room again";
}

TEST(ShotOrdersTest, AfterTheEndWhatIsInsideIsStillTaken) {
  ShotOrders orders(10);
  EXPECT_FALSE(orders.push(order_of(1)));
  orders.close();
  EXPECT_TRUE(orders.push(order_of(2)));
  EXPECT_FALSE(orders.finished());
  EXPECT_TRUE(orders.pop_for(0ns));
  EXPECT_TRUE(orders.finished());
}

TEST(ShotOrdersTest, TheEndWakesWhoWaits) {
  ShotOrders orders(10);
  std::jthread shot_thread([&] {
    while (!orders.finished()) static_cast<void>(orders.pop_for(1h));
  });
  orders.close();
}

TEST(ShotOrdersTest, WhatIsNeverTakenIsLetGo) {
  const auto image = std::make_shared<domain::ShotImage>(domain::Frame{});
  {
    ShotOrders orders(10);
    EXPECT_FALSE(orders.push({nullptr, EncodeEarly{image}}));
    EXPECT_EQ(image.use_count(), 2);
  }
  EXPECT_EQ(image.use_count(), 1);
}

TEST(ShotOrdersTest, ManyPushAndNothingIsLostOrTurnedRound) {
  constexpr std::uint64_t kEach = 3000;
  ShotOrders orders(100'000);
  std::vector<std::jthread> workers;
  for (std::uint64_t worker = 0; worker < 3; ++worker) {
    workers.emplace_back([&orders, worker] {
      for (std::uint64_t i = 1; i <= kEach; ++i) EXPECT_FALSE(orders.push(order_of(worker << 32 | i)));
    });
  }
  std::vector<std::uint64_t> last(3);
  for (std::uint64_t i = 0; i < 3 * kEach; ++i) {
    const auto order = orders.pop_for(1h);
    ASSERT_TRUE(order);
    const std::uint64_t id = track_of(*order);
    EXPECT_EQ(id & 0xffffffffU, ++last[id >> 32]);
  }
  EXPECT_EQ(orders.depth(), 0U);
}

}  // namespace
}  // namespace vigia::pipeline
