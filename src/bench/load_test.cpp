#include "bench/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

namespace vigia::bench {
namespace {

// Notes what it is given, by size and in order, and destroys it.
class NotingKeeper final : public Keeper {
 public:
  std::optional<FrameBuffer> take(int) override {
    if (refuse_every_third && ++taken_ % 3 == 0) return std::nullopt;
    return FrameBuffer(plain_block(kFrameBytes));
  }
  void let_go(int, FrameBuffer) override { ++frames; }
  void let_go(int, std::unique_ptr<memory::Retirable> object) override { noted.push_back(object->charge()); }
  void drop(int, FrameBuffer) override { ++dropped; }
  void frame_done(int) override {}
  void finish() override {}
  [[nodiscard]] KeeperStats stats() const override { return {}; }

  bool refuse_every_third = false;
  std::vector<Bytes> noted;  // one camera and one worker: one thread
  std::atomic<std::uint64_t> frames{0}, dropped{0};

 private:
  std::atomic<int> taken_{0};
};

std::uint64_t count(const Histogram& histogram) {
  return histogram.percentiles(std::chrono::nanoseconds(1)).count;
}

void run_until(std::uint64_t frames, Figures& figures, Load& load) {
  load.start();
  while (figures.frames_done < frames) std::this_thread::yield();
  load.stop();
}

std::vector<Bytes> objects_of(int seed, std::uint64_t frames) {
  NotingKeeper keeper;
  Figures figures;
  Load load({.cameras = 1, .workers = 1, .seed = seed, .pace = Pace::free}, keeper, figures);
  run_until(frames, figures, load);
  return keeper.noted;
}

TEST(LoadTest, TheSameSeedLetsGoOfTheSameThings) {
  auto first = objects_of(5, 600), second = objects_of(5, 600), other = objects_of(6, 600);
  const std::size_t least = std::min({first.size(), second.size(), other.size()});
  EXPECT_GT(least, 20U);
  for (auto* noted : {&first, &second, &other}) noted->resize(least);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
}

TEST(LoadTest, EveryFrameIsDoneOrCounted) {
  NotingKeeper keeper;
  Figures figures;
  Load load({.cameras = 1, .workers = 1, .pace = Pace::free, .probe_malloc = true}, keeper, figures);
  run_until(100, figures, load);
  EXPECT_EQ(figures.frames_asked, figures.frames_done + figures.frames_dropped);
  EXPECT_EQ(figures.frames_done, keeper.frames);
  EXPECT_EQ(figures.frames_dropped, keeper.dropped);
  EXPECT_GT(figures.sum_of_frames, 0U);
  // Each frame is taken, its tracks grow, and it is released; dropped frames are released too.
  EXPECT_EQ(count(figures.own), figures.frames_asked + figures.frames_done + figures.frames_dropped);
  EXPECT_GE(count(figures.grow), figures.frames_done);
  EXPECT_EQ(count(figures.stall), count(figures.own) + count(figures.grow));
  EXPECT_EQ(count(figures.touch), figures.frames_asked);
  EXPECT_GE(count(figures.plain_malloc), 2 * figures.frames_done);
}

TEST(LoadTest, WithAPaceARefusedFrameIsDroppedAndItsPeopleAreNot) {
  NotingKeeper keeper;
  keeper.refuse_every_third = true;
  Figures figures;
  Load load({.cameras = 8, .workers = 1, .seed = 5}, keeper, figures);
  run_until(16, figures, load);
  EXPECT_GT(figures.frames_dropped, 0U);
  EXPECT_EQ(figures.frames_asked, figures.frames_done + figures.frames_dropped);
}

TEST(LoadTest, ATaskRunsOnEveryWorker) {
  NotingKeeper keeper;
  Figures figures;
  Load load({.cameras = 2, .workers = 2, .pace = Pace::free}, keeper, figures);
  load.start();
  std::array<std::thread::id, 4> ran_on{};
  load.on_each_worker(
      [&](int thread) { ran_on.at(static_cast<std::size_t>(thread)) = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on[0], std::thread::id());
  EXPECT_EQ(ran_on[1], std::thread::id());
  EXPECT_NE(ran_on[2], ran_on[3]);
  EXPECT_NE(ran_on[2], std::this_thread::get_id());
}

TEST(LoadTest, NothingIsMeasuredWhenNothingShouldBe) {
  NotingKeeper keeper;
  Figures figures;
  figures.measuring = false;
  Load load({.cameras = 1, .workers = 1, .pace = Pace::free}, keeper, figures);
  run_until(20, figures, load);
  EXPECT_EQ(count(figures.stall), 0U);
  EXPECT_EQ(figures.take_longest().count(), 0);
}

}  // namespace
}  // namespace vigia::bench
