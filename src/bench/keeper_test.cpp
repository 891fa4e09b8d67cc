#include "bench/keeper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace vigia::bench {
namespace {

// Two cameras, one worker: threads 0 and 1, and 2.
constexpr int kWorker = 2;

class KeeperTest : public ::testing::Test {
 protected:
  static std::unique_ptr<Keeper> make(Mode mode) {
    return make_keeper(mode, {.cameras = 2, .workers = 1, .gc_interval = 3600, .budget = 1_GiB});
  }
  std::unique_ptr<memory::Retirable> object() { return std::make_unique<BenchImage>(1000, &alive_); }
  // One frame of work that leaves one object.
  void one_frame(Keeper& keeper) {
    auto frame = keeper.take(0);
    ASSERT_TRUE(frame);
    ASSERT_NE(frame->data(), nullptr);
    keeper.let_go(kWorker, object());
    keeper.let_go(kWorker, std::move(*frame));
    keeper.frame_done(kWorker);
  }

  std::atomic<int> alive_{0};
};

TEST_F(KeeperTest, InlineReleasesEveryThirdBatch) {
  const auto keeper = make(Mode::inlined);
  for (int frame = 1; frame <= 5; ++frame) {
    one_frame(*keeper);
    EXPECT_EQ(alive_, frame);
  }
  one_frame(*keeper);
  EXPECT_EQ(alive_, 0) << "three frames of each of two cameras";
  EXPECT_EQ(keeper->stats().passes, 1U);
  one_frame(*keeper);
  EXPECT_EQ(alive_, 1);
  keeper->finish();
  EXPECT_EQ(alive_, 0);
}

TEST_F(KeeperTest, BothBackgroundModesReleaseElsewhereAndLater) {
  for (const Mode mode : {Mode::naive_background, Mode::background}) {
    const auto keeper = make(mode);
    for (int frame = 1; frame <= 20; ++frame) one_frame(*keeper);
    EXPECT_EQ(alive_, 20) << to_string(mode);
    keeper->finish();
    EXPECT_EQ(alive_, 0) << to_string(mode);
  }
}

TEST_F(KeeperTest, TheNaiveOneReleasesByTheClock) {
  const auto keeper = make_keeper(Mode::naive_background, {.cameras = 2, .workers = 1, .gc_interval = 0.01});
  one_frame(*keeper);
  while (alive_ > 0) std::this_thread::yield();  // hangs, and so fails, if no pass ever comes
  while (keeper->stats().passes == 0) std::this_thread::yield();
  EXPECT_EQ(keeper->stats().collected, 2U) << "the frame and the object";
  keeper->finish();
}

TEST_F(KeeperTest, VigiaReusesAFrameAtOnceAndRefusesWhenAllAreOut) {
  const auto keeper = make(Mode::background);
  const std::byte* const first = keeper->take(0)->data();
  EXPECT_EQ(keeper->take(0)->data(), first);
  std::vector<FrameBuffer> out;
  while (auto frame = keeper->take(0)) {
    out.push_back(std::move(*frame));
    ASSERT_LT(out.size(), 100U);
  }
  EXPECT_TRUE(keeper->take(1)) << "another camera has its own";
  keeper->let_go(kWorker, std::move(out.back()));
  EXPECT_TRUE(keeper->take(0));
}

TEST_F(KeeperTest, NeverKeepsEverything) {
  {
    const auto keeper = make(Mode::never);
    for (int frame = 1; frame <= 20; ++frame) one_frame(*keeper);
    keeper->drop(0, std::move(*keeper->take(0)));
    keeper->finish();
    EXPECT_EQ(alive_, 20);
  }
  EXPECT_EQ(alive_, 0) << "but no longer than it lives";
}

}  // namespace
}  // namespace vigia::bench
