#include "base/ring.h"

#include <gtest/gtest.h>

#include <memory>

namespace vigia {
namespace {

TEST(RingTest, KeepsTheOrderAroundItsEndAndWhenItGrows) {
  Ring<std::unique_ptr<int>> ring(3);
  int in = 0;
  int out = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < round % 5; ++i) ring.push_back(std::make_unique<int>(in++));
    for (int i = 0; i < round % 4 && !ring.empty(); ++i) EXPECT_EQ(*ring.pop_front(), out++);
  }
  EXPECT_EQ(ring.size(), static_cast<std::size_t>(in - out));
  while (!ring.empty()) EXPECT_EQ(*ring.pop_front(), out++);
  EXPECT_EQ(in, out);
}

TEST(RingTest, WhatWasTakenIsNotHeld) {
  Ring<std::shared_ptr<int>> ring(2);
  auto item = std::make_shared<int>(1);
  ring.push_back(item);
  ring.pop_front().reset();
  EXPECT_EQ(item.use_count(), 1);
}

TEST(RingTest, BeginsWithoutRoomToo) {
  Ring<int> ring;
  EXPECT_TRUE(ring.empty());
  ring.push_back(7);
  EXPECT_EQ(ring.pop_front(), 7);
}

}  // namespace
}  // namespace vigia
