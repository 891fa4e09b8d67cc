#include "delivery/shot_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "testing/sample_shot.h"

namespace vigia::delivery {
namespace {

using testing::sample_shot;

TEST(ShotJsonTest, TellsAllThatAReceiverMayWant) {
  const EventJson json = shot_json(sample_shot(4));
  EXPECT_EQ(json["camera"], "gate");
  EXPECT_EQ(json["camera_id"], 7);
  EXPECT_EQ(json["track"], 4);
  EXPECT_EQ(json["captured"], "2026-11-23T13:00:04.123456Z");
  EXPECT_EQ(json["stream_time"], 1.5);
  EXPECT_EQ(json["face"]["left"], 100.25);
  EXPECT_EQ(json["roi"]["width"], 80);
  EXPECT_EQ(json["score"], 0.875);
  EXPECT_EQ(json["quality"].dump(),
            R"({"total":0.75,"rank":0.375,"confidence":0.875,"size":0.125,"frontality":0.5,"level":0.625,)"
            R"("proportion":0.25,"eyes":0.6875,"sharpness":1.0,"exposure":0.9375,"inside":0.8125})");
  EXPECT_EQ(json["event_id"], event_id(sample_shot(4)));
}

TEST(ShotJsonTest, AWrongTimeOfCaptureIsMarkedAndTheRightOneIsToldUnderTheSameName) {
  domain::Shot shot = sample_shot(4);
  EXPECT_FALSE(shot_json(shot).contains("clock"));
  shot.captured_corrected = shot.captured + std::chrono::hours(1);
  EventJson json = shot_json(shot);
  EXPECT_EQ(json["captured"], "2026-11-23T14:00:04.123456Z");
  EXPECT_EQ(json["clock"], "corrected");
  EXPECT_EQ(json["event_id"], event_id(sample_shot(4)));
  shot = sample_shot(4);
  shot.clock_unset = true;
  json = shot_json(shot);
  EXPECT_EQ(json["captured"], "2026-11-23T13:00:04.123456Z");
  EXPECT_EQ(json["clock"], "unset");
}

TEST(ShotJsonTest, ACameraWithoutNumberHasNullAndAnUnreadableNameIsStillJson) {
  domain::Shot shot = sample_shot();
  shot.camera_id.reset();
  shot.camera = "x\xff\xfe";
  const EventJson json = shot_json(shot);
  EXPECT_TRUE(json["camera_id"].is_null());
  EXPECT_FALSE(nlohmann::json::parse(dump_json(json), nullptr, false).is_discarded());
}

TEST(EventIdTest, IsTheSameForTheSameShotAndNoOtherShots) {
  EXPECT_EQ(event_id(sample_shot(4)), event_id(sample_shot(4)));
  domain::Shot same = sample_shot(4);
  same.jpeg = testing::sample_jpeg({.width = 64, .height = 64}, "made smaller for the receiver");
  EXPECT_EQ(event_id(same), event_id(sample_shot(4)));

  std::set<std::string> ids{event_id(sample_shot(4))};
  domain::Shot other = sample_shot(4);
  other.camera = "yard";
  EXPECT_TRUE(ids.insert(event_id(other)).second);
  other = sample_shot(4);
  other.track = 5;
  EXPECT_TRUE(ids.insert(event_id(other)).second);
  other = sample_shot(4);
  other.captured += std::chrono::microseconds(1);
  EXPECT_TRUE(ids.insert(event_id(other)).second);
  for (const std::string& id : ids) {
    EXPECT_EQ(id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-"), std::string::npos) << id;
  }
}

}  // namespace
}  // namespace vigia::delivery
