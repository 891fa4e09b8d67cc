#include "load/load_ladder.h"

#include <gtest/gtest.h>

namespace vigia::load {
namespace {

using domain::Size;
using namespace std::chrono_literals;

constexpr Machine kTwoCores{2, 2};

std::vector<Level> three_sizes() {
  return {{{640, 384}, 1, 4700us}, {{480, 288}, 1, 2600us}, {{320, 192}, 1, 1200us}};
}

Demand live(int cameras) {
  const auto count = static_cast<double>(cameras);
  return {.live = cameras, .looks = count, .most_looks = 1, .decodes = count};
}

TEST(LoadLadderTest, AutoTakesTheLargestSizeThatFits) {
  const auto eight = choose_level(three_sizes(), live(8), kTwoCores);
  EXPECT_EQ(eight.level, 0U);  // 240 * (4.7 + 2) ms of 2 s
  EXPECT_EQ(eight.why,
            "640x384: 8 cameras would keep 2 workers 80 % busy; a look takes 4.7 ms here, 30 frames a second "
            "and 2.0 ms to decode each are assumed");
  EXPECT_EQ(choose_level(three_sizes(), live(10), kTwoCores).level, 1U);
  EXPECT_EQ(choose_level(three_sizes(), live(16), kTwoCores).level, 2U);
  const auto too_many = choose_level(three_sizes(), live(40), kTwoCores);
  EXPECT_EQ(too_many.level, 2U);
  EXPECT_NE(too_many.why.find("192 % busy, and there is no smaller one"), std::string::npos) << too_many.why;
}

TEST(LoadLadderTest, LargerFramesTakeMoreToDecode) {
  Demand full_hd = live(8);
  full_hd.decodes = 8 * 2.25;
  const auto choice = choose_level(three_sizes(), full_hd, kTwoCores);
  EXPECT_EQ(choice.level, 1U);  // 240 * (4.7 + 4.5) ms of 2 s would be 110 %
  EXPECT_NE(choice.why.find("and 4.5 ms to decode each"), std::string::npos) << choice.why;
}

TEST(LoadLadderTest, AutoCountsTheStepAndTheWorkers) {
  Demand every_second = live(16);
  every_second.looks = 8;
  EXPECT_EQ(choose_level(three_sizes(), every_second, {2, 4}).level, 0U);
  EXPECT_EQ(choose_level(three_sizes(), live(16), {2, 4}).level, 1U);
  // One core more than workers, for decoding: the cores are full before the workers are.
  const auto by_cores = choose_level(three_sizes(), live(32), {4, 5});
  EXPECT_EQ(by_cores.level, 1U);
  EXPECT_NE(by_cores.why.find("5 cores"), std::string::npos) << by_cores.why;
}

// 30 searches of 50 ms a second keep a worker and a half busy, and a camera has one at a time.
TEST(LoadLadderTest, OneCameraHasOneWorkerAtMost) {
  std::vector<Level> ladder = {{{640, 384}, 1, 50ms}, {{480, 288}, 1, 26ms}, {{320, 192}, 1, 12ms}};
  EXPECT_EQ(choose_level(ladder, live(1), {4, 4}).level, 1U);
  EXPECT_EQ(choose_level(ladder, {.live = 1, .looks = 0.5, .most_looks = 0.5}, {4, 4}).level, 0U);
  for (Level& level : ladder) level.cost *= 4;
  EXPECT_NE(choose_level(ladder, live(1), {4, 4}).why.find("one camera would keep its worker 144 % busy"),
            std::string::npos);
}

TEST(LoadLadderTest, WithoutACameraInAHurryAutoDoesNotReckon) {
  std::vector<Level> ladder = three_sizes();
  ladder.insert(ladder.begin(), Level{{960, 544}, 1, 11ms});
  const auto unknown = choose_level(ladder, Demand{}, kTwoCores);
  EXPECT_EQ(ladder[unknown.level].input, (Size{640, 384}));
  EXPECT_NE(unknown.why.find("no camera is known yet"), std::string::npos);
  EXPECT_EQ(choose_level(ladder, Demand{.others = 1}, kTwoCores).level, 0U) << "a file that waits";
}

// One camera's frames are more expensive than the average: 30 searches of 40 ms are more than a worker.
TEST(LoadLadderTest, TheMostExpensiveCameraHasOneWorkerToo) {
  const std::vector<Level> ladder = {{{1920, 1088}, 1, 10ms, {640, 384}, 40ms}, {{640, 384}, 1, 5ms}};
  EXPECT_EQ(choose_level(ladder, live(8), {8, 8}).level, 1U);
}

TEST(LoadLadderTest, ALevelSaysItsInputs) {
  EXPECT_EQ((Level{{640, 384}, 1}).text(), "640x384");
  EXPECT_EQ((Level{.input = {960, 544}, .step = 3, .least = {640, 384}}).text(),
            "640x384 to 960x544 every 3rd frame");
  EXPECT_TRUE((Level{{640, 384}}).looks_as({.input = {640, 384}, .cost = 5ms, .least = {640, 384}}));
  EXPECT_FALSE((Level{{640, 384}}).looks_as({.input = {640, 384}, .least = {480, 288}}));
}

TEST(LoadLadderTest, TheCrowdIsWhoIsActiveAndInAHurry) {
  pipeline::CameraSettings camera;
  std::vector<pipeline::CameraSettings> cameras(6, camera);
  cameras[1].detector_step = 2;
  cameras[2].source.play_speed = -1;
  cameras[3].source.disable_drops = true;
  cameras[4].source.play_speed = 4;
  cameras[5].source.active = false;
  const Demand demand = demand_of(cameras, camera);
  EXPECT_EQ(demand.live, 2);
  EXPECT_EQ(demand.looks, 1.5);
  EXPECT_EQ(demand.decodes, 2);
  EXPECT_EQ(demand.most_looks, 1);
  EXPECT_EQ(demand.others, 3);
  ASSERT_EQ(demand.needs.size(), 5U) << "all that are active";
  EXPECT_EQ(demand.needs[1].looks, 0.5);
  EXPECT_EQ(demand.needs[2].looks, 0) << "it waits";
  EXPECT_FALSE(demand.needs[0].is_known);
  camera.shot.filter_min_size = 20;
  EXPECT_EQ(demand_of({}, camera).needs.at(0).least_face, 20) << "FindFace's cameras will be like this";
}

TEST(LoadLadderTest, TheCrowdKnowsWhatIsLookedAt) {
  std::vector<pipeline::CameraSettings> cameras(3);
  cameras[1].rot = {3000, 0, 1920, 1080};
  const std::vector<Size> frames{{1920, 1080}, {3840, 2160}, {}};
  const Demand demand = demand_of(cameras, {}, frames);
  EXPECT_EQ(demand.needs[0].looked_at, (Size{1920, 1080}));
  EXPECT_TRUE(demand.needs[0].is_known);
  EXPECT_EQ(demand.needs[1].looked_at, (Size{840, 1080})) << "what of it lies in the picture";
  EXPECT_FALSE(demand.needs[2].is_known);
  EXPECT_EQ(demand.needs[2].looked_at, (Size{1280, 720}));
  EXPECT_DOUBLE_EQ(demand.decodes, 2.25 + 9 + 1);
}

}  // namespace
}  // namespace vigia::load
