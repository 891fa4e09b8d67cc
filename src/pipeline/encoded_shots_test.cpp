#include "pipeline/encoded_shots.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>

#include "memory/memory_manager.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

class EncodedShotsTest : public ::testing::Test {
 protected:
  static EncodedShot of(std::uint64_t track, std::size_t bytes) {
    domain::Shot shot;
    shot.track = track;
    domain::Jpeg jpeg;
    jpeg.bytes.resize(bytes);
    shot.jpeg = std::make_shared<const domain::Jpeg>(std::move(jpeg));
    return {.shot = std::move(shot), .ended = {}};
  }
  static std::uint64_t track_of(const std::optional<EncodedShot>& taken) {
    return taken && taken->shot ? taken->shot->track : 0;
  }
  // Only a test that fails waits for long.
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 60'000 && !condition(); ++i) std::this_thread::sleep_for(1ms);
    return condition();
  }

  memory::Budget budget_{1_MiB};
  EncodedShots shots_{budget_, 1000};
};

TEST_F(EncodedShotsTest, GivesInTheOrderOfComing) {
  shots_.push(of(1, 10));
  shots_.push(of(2, 10));
  EXPECT_EQ(track_of(shots_.pop_for(0ns)), 1U);
  EXPECT_EQ(track_of(shots_.pop_for(0ns)), 2U);
  EXPECT_FALSE(shots_.pop_for(0ns));
}

TEST_F(EncodedShotsTest, EndsWhenItIsClosedAndEmpty) {
  shots_.push(of(1, 10));
  shots_.close();
  EXPECT_FALSE(shots_.finished());
  EXPECT_EQ(track_of(shots_.pop_for(1h)), 1U);
  EXPECT_TRUE(shots_.finished());
  EXPECT_FALSE(shots_.pop_for(1h));
}

TEST_F(EncodedShotsTest, OneThatIsTooLargeIsTakenAlone) {
  shots_.push(of(1, 5000));
  EXPECT_EQ(track_of(shots_.pop_for(0ns)), 1U);
}

TEST_F(EncodedShotsTest, BeyondItsBytesTheEncoderWaitsForTheWriter) {
  shots_.push(of(1, 600));
  std::atomic<bool> pushed{false};
  std::jthread encoder([&] {
    shots_.push(of(2, 600));
    pushed = true;
  });
  std::this_thread::yield();
  EXPECT_EQ(shots_.depth(), 1U);
  EXPECT_FALSE(pushed);
  EXPECT_EQ(track_of(shots_.pop_for(0ns)), 1U);
  EXPECT_EQ(track_of(shots_.pop_for(1h)), 2U);
  EXPECT_TRUE(eventually([&] { return pushed.load(); }));
}

TEST_F(EncodedShotsTest, WhileMemoryIsShortTheEncoderWaitsToo) {
  shots_.push(of(1, 10));
  budget_.squeeze(memory::Pressure::hard);
  std::atomic<bool> pushed{false};
  std::jthread encoder([&] {
    shots_.push(of(2, 10));
    pushed = true;
  });
  std::this_thread::yield();
  EXPECT_FALSE(pushed);
  budget_.squeeze(memory::Pressure::none);
  EXPECT_TRUE(eventually([&] { return pushed.load(); }));
}

}  // namespace
}  // namespace vigia::pipeline
