#include "base/channel.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace vigia {
namespace {

TEST(ChannelTest, GivesBackWhatHasNoRoom) {
  Channel<std::unique_ptr<int>> channel(1);
  EXPECT_FALSE(channel.push(std::make_unique<int>(1)));
  auto refused = channel.push(std::make_unique<int>(2));
  ASSERT_TRUE(refused);
  EXPECT_EQ(**refused, 2);
  EXPECT_EQ(channel.depth(), 1U);
}

TEST(ChannelTest, ClosedStillGivesWhatIsInside) {
  Channel<int> channel(4);
  EXPECT_FALSE(channel.push(1));
  channel.close();
  EXPECT_TRUE(channel.push(2));
  EXPECT_EQ(channel.pop({}), 1);
  EXPECT_EQ(channel.pop({}), std::nullopt);
}

TEST(ChannelTest, StopWakesWhoWaits) {
  Channel<int> channel(4);
  std::stop_source source;
  std::thread waiter([&] { EXPECT_EQ(channel.pop(source.get_token()), std::nullopt); });
  source.request_stop();
  waiter.join();
}

TEST(ChannelTest, KeepsOrderBetweenThreads) {
  Channel<int> channel(8);
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) {
      while (channel.push(i)) std::this_thread::yield();
    }
    channel.close();
  });
  int expected = 0;
  while (auto item = channel.pop({})) EXPECT_EQ(*item, expected++);
  EXPECT_EQ(expected, 1000);
  producer.join();
}

}  // namespace
}  // namespace vigia
