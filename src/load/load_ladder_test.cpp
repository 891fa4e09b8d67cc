#include "load/load_ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigia::load {
namespace {

using domain::Size;
using ::testing::ElementsAre;
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

// The ladder for costs and cameras given by hand.
constexpr Size k720p{1280, 720}, k4k{3840, 2160};

LookCosts costs(Size set = {}, bool reduces = true) {
  return {.each = {{{320, 192}, 1ms},
                   {{480, 288}, 2ms},
                   {{640, 384}, 4ms},
                   {{640, 640}, 7ms},
                   {{960, 544}, 9ms},
                   {{1280, 736}, 16ms},
                   {{1920, 1088}, 36ms}},
          .set = set,
          .reduces = reduces};
}

CameraNeed want(Size frame, int face, double looks = 1) {
  return {.name = "hall", .looked_at = frame, .is_known = true, .least_face = face, .looks = looks};
}

Demand demand(std::vector<CameraNeed> needs) {
  Demand demand;
  for (const CameraNeed& one : needs) {
    ++demand.live;
    demand.looks += one.looks;
    demand.most_looks = std::max(demand.most_looks, one.looks);
    demand.decodes += detect::area(one.looked_at) / 921600.0;
  }
  demand.needs = std::move(needs);
  return demand;
}

// Of the levels at which all is decoded.
std::vector<std::string> texts(const std::vector<Level>& ladder) {
  std::vector<std::string> texts;
  for (const Level& level : ladder) {
    if (level.decoding == domain::Decoding::all) texts.push_back(level.text());
  }
  return texts;
}

bool all_find(const Level& level, const Demand& demand) {
  return std::ranges::all_of(demand.needs, [&](const CameraNeed& one) {
    return detect::smallest_face(one.looked_at, input_of(level, one)) <= one.least_face;
  });
}

TEST(LadderForTest, WhereSmallInputsAreEnoughTheyComeBeforeTheSteps) {
  EXPECT_THAT(
      texts(ladder_for(costs(), demand({want(k720p, 60)}))),
      ElementsAre("640x384", "480x288", "320x192", "320x192 every 2nd frame", "320x192 every 3rd frame",
                  "320x192 every 4th frame", "320x192 every 6th frame", "320x192 every 8th frame"));
  EXPECT_EQ(texts(ladder_for(costs(), {})).front(), "640x384") << "no camera is known";
}

TEST(LadderForTest, SmallFacesInLargeFramesGetALargerInput) {
  const Demand hall = demand({want(k4k, 60)});
  const auto ladder = ladder_for(costs(), hall);
  EXPECT_TRUE(all_find(ladder[0], hall));
  EXPECT_GT(detect::area(ladder[0].input), 640 * 384);
  EXPECT_FALSE(all_find({{640, 384}}, hall)) << "too small for this camera";
}

TEST(LadderForTest, FramesAreLeftOutBeforeFacesAre) {
  const Demand both = demand({want(k4k, 60), want(k720p, 60), want(k720p, 60)});
  const auto ladder = ladder_for(costs(), both);
  int most_step_that_finds = 0;
  for (const Level& level : ladder) {
    if (all_find(level, both)) {
      most_step_that_finds = level.step;
    } else {
      EXPECT_GE(level.step, 3) << level.text();
    }
  }
  EXPECT_EQ(most_step_that_finds, 3);
  EXPECT_EQ(texts(ladder).back(), "320x192 every 8th frame");
}

TEST(LadderForTest, EachLevelCostsLessThanTheOneBefore) {
  for (const Size set : {Size{}, {1280, 736}, {640, 384}}) {
    for (const Demand& cameras : {demand({want(k4k, 60), want(k720p, 60)}), demand({want(k4k, 20)}),
                                  demand({want({1920, 1080}, 40, 0.5), want(k720p, 20)})}) {
      const auto ladder = ladder_for(costs(set), cameras);
      for (std::size_t i = 1; i < ladder.size(); ++i) {
        if (ladder[i].decoding != domain::Decoding::all) break;
        EXPECT_LT(ladder[i].weight(), ladder[i - 1].weight()) << ladder[i].text();
      }
    }
  }
}

TEST(LadderForTest, ALevelCostsWhatItsCamerasCost) {
  const Demand both = demand({want(k4k, 40, 1), want(k720p, 60, 0.5)});
  const Level best = ladder_for(costs(), both).front();
  ASSERT_EQ(best.text(), "640x384 to 1280x736");
  EXPECT_EQ(best.cost, 12ms) << "(16 + 0.5 * 4) / 1.5";
  EXPECT_EQ(best.max_cost, 16ms);
}

TEST(LadderForTest, WhatIsSetIsForAll) {
  EXPECT_THAT(texts(ladder_for(costs({640, 640}), {})).front(), "640x640");
  EXPECT_THAT(texts(ladder_for(costs({640, 384}, false), demand({want(k4k, 60)}))), ElementsAre("640x384"));
  const auto ladder = ladder_for(costs({1280, 736}), demand({want(k4k, 60), want(k720p, 60)}));
  EXPECT_THAT(texts(ladder),
              ElementsAre("1280x736", "1280x736 every 2nd frame", "1280x736 every 3rd frame",
                          "640x384 every 3rd frame", "480x288 every 3rd frame", "320x192 every 3rd frame",
                          "320x192 every 4th frame", "320x192 every 6th frame", "320x192 every 8th frame"));
}

TEST(LadderForTest, LessIsDecodedOnlyAtTheEnd) {
  const auto ladder = ladder_for(costs(), demand({want(k720p, 60)}));
  ASSERT_GE(ladder.size(), 3U);
  EXPECT_EQ(ladder[ladder.size() - 3].text(), "320x192 every 8th frame");
  EXPECT_EQ(ladder[ladder.size() - 2].text(), "320x192 every 8th frame, only pictures that others need");
  EXPECT_EQ(ladder.back().decoding, domain::Decoding::idle_key_frames);
  EXPECT_FALSE(ladder.back().looks_as(ladder[ladder.size() - 2]));
}

TEST(LadderForTest, WithoutReduceThereAreNoSteps) {
  const auto ladder = ladder_for(costs({}, false), demand({want(k4k, 60)}));
  EXPECT_TRUE(std::ranges::all_of(ladder, [](const Level& level) { return level.step == 1; }));
  EXPECT_EQ(ladder.back().text(), "320x192");
}

// The built-in detector needs larger faces: frames are left out before it comes down to 320x192.
TEST(LadderForTest, ADetectorThatNeedsLargerFacesKeepsALargerInput) {
  LookCosts built_in = costs();
  built_in.face_in_input = detect::kFaceInInputOfVigiaN;
  const Demand hall = demand({want(k720p, 60)});
  const auto ladder = ladder_for(built_in, hall);
  EXPECT_THAT(texts(ladder),
              ElementsAre("640x384", "480x288", "480x288 every 2nd frame", "480x288 every 3rd frame",
                          "320x192 every 3rd frame", "320x192 every 4th frame", "320x192 every 6th frame",
                          "320x192 every 8th frame"));
  EXPECT_EQ(input_of(ladder.front(), want(k4k, 60)), (Size{640, 384})) << "clamped to the level";
}

// Auto chooses the cheapest input with which all faces are found, if there is time; never one that misses
// faces if frames can be left out instead.
TEST(LadderForTest, AutoChoosesByFramesFacesAndTime) {
  const auto chosen = [](const Demand& cameras, Machine machine) {
    const auto ladder = ladder_for(costs(), cameras);
    return ladder[choose_level(ladder, cameras, machine).level];
  };
  const Demand hall = demand({want(k4k, 60)});
  EXPECT_EQ(chosen(hall, {2, 2}).text(), "960x544");
  EXPECT_EQ(chosen(demand({want(k4k, 40)}), {2, 2}).text(), "1280x736");
  EXPECT_EQ(chosen(demand({want({1920, 1080}, 60)}), {2, 2}).text(), "640x384");
  const Demand eight = demand(std::vector<CameraNeed>(8, want(k4k, 60)));
  EXPECT_EQ(chosen(eight, {16, 16}).text(), "960x544");
  EXPECT_TRUE(all_find(chosen(eight, {2, 2}), eight)) << "too slow: overload will leave out frames";
}

}  // namespace
}  // namespace vigia::load
