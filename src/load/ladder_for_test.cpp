// The ladder for costs and cameras given by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/load_ladder.h"

namespace vigia::load {
namespace {

using domain::Size;
using ::testing::ElementsAre;
using namespace std::chrono_literals;

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

std::vector<std::string> texts(const std::vector<Level>& ladder) {
  std::vector<std::string> texts;
  for (const Level& level : ladder) texts.push_back(level.text());
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
  EXPECT_EQ(ladder.back().text(), "320x192 every 8th frame");
}

TEST(LadderForTest, EachLevelCostsLessThanTheOneBefore) {
  for (const Size set : {Size{}, {1280, 736}, {640, 384}}) {
    for (const Demand& cameras : {demand({want(k4k, 60), want(k720p, 60)}), demand({want(k4k, 20)}),
                                  demand({want({1920, 1080}, 40, 0.5), want(k720p, 20)})}) {
      const auto ladder = ladder_for(costs(set), cameras);
      for (std::size_t i = 1; i < ladder.size(); ++i) {
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
