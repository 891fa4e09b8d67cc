#include "load/missed_faces.h"

#include <gtest/gtest.h>

namespace vigia::load {
namespace {

using domain::Size;
using namespace std::chrono_literals;

constexpr Size k4k{3840, 2160};

CameraNeed hall(int face, std::string name = "hall") {
  return {.name = std::move(name), .looked_at = k4k, .is_known = true, .least_face = face};
}

LookCosts costs(Size set = {}) {
  return {.each = {{{320, 192}, 1ms},
                   {{480, 288}, 2ms},
                   {{640, 384}, 4ms},
                   {{960, 544}, 9ms},
                   {{1280, 736}, 16ms},
                   {{1920, 1088}, 36ms}},
          .set = set};
}

std::vector<pipeline::CameraSettings> two_cameras() {
  std::vector<pipeline::CameraSettings> cameras(2);
  cameras[0].spec.name = "hall";
  cameras[1].spec.name = "yard";
  cameras[1].rot = {0, 0, 1920, 1080};
  return cameras;
}

TEST(MissedFacesTest, SaysWhatIsFoundAndWhatIsMissed) {
  EXPECT_EQ(reach_text({{640, 384}}, hall(60)),
            "input 640x384: faces below 72 pixels are mostly missed, and filter_min_size is 60");
  EXPECT_EQ(reach_text({{960, 544}}, hall(60)),
            "input 960x544: faces from 48 pixels are found (filter_min_size 60)");
}

TEST(MissedFacesTest, GoesByWhatTheDetectorNeeds) {
  const Level level{.input = {960, 544}, .face_in_input = 18};
  EXPECT_EQ(reach_text(level, hall(60)),
            "input 960x544: faces below 72 pixels are mostly missed, and filter_min_size is 60");
  EXPECT_EQ(advice(level, hall(60), false), "detector.input: auto, or 1280x736, finds them");
}

TEST(MissedFacesTest, NamesAFewCamerasInOneLine) {
  Demand demand;
  EXPECT_EQ(missed_text({{640, 384}}, demand), "");
  demand.needs = {hall(60), {.name = "unknown", .looked_at = k4k, .least_face = 10}, hall(90, "near")};
  EXPECT_EQ(missed_text({{640, 384}}, demand),
            "faces are mostly missed at hall below 72 pixels (filter_min_size 60)");
  EXPECT_EQ(missed_text({{960, 544}}, demand), "");
  for (const char* name : {"a", "b", "c", "d"}) demand.needs.push_back(hall(50, name));
  EXPECT_TRUE(
      missed_text({{640, 384}}, demand).ends_with("b below 72 pixels (filter_min_size 50) and 2 others"));
}

TEST(MissedFacesTest, AdvisesWhatHelps) {
  EXPECT_EQ(advice({}, hall(60), false), "detector.input: auto, or 960x544, finds them");
  EXPECT_NE(advice({}, hall(60), true).find("960x544 would find them"), std::string::npos);
  EXPECT_EQ(advice({}, hall(20), true),
            "even 1920x1088 finds them from 24 pixels only: let it look at a part of the picture (rot)");
}

TEST(MissedFacesTest, CheckTellsOfEachCameraWhoseFramesItSaw) {
  const auto cameras = two_cameras();
  const auto found = outlook_of({costs(), {4, 4}}, cameras, {}, std::vector<Size>{k4k, k4k});
  EXPECT_EQ(found.cameras.at(0).reach, "input 960x544: faces from 48 pixels are found (filter_min_size 60)");
  EXPECT_EQ(found.cameras.at(1).reach, "input 640x384: faces from 36 pixels are found (filter_min_size 60)")
      << "a quarter of the picture";
  EXPECT_EQ(found.cameras.at(0).advice, "");
  EXPECT_NE(found.choice.find("640x384 to 960x544: 2 cameras"), std::string::npos) << found.choice;
  const auto set = outlook_of({costs({640, 384}), {4, 4}}, cameras, {}, std::vector<Size>{k4k, {}});
  EXPECT_NE(set.cameras.at(0).reach.find("faces below 72 pixels are mostly missed"), std::string::npos);
  EXPECT_EQ(set.cameras.at(0).advice, "detector.input: auto, or 960x544, finds them");
  EXPECT_EQ(set.cameras.at(1).reach, "") << "no frame came";
  EXPECT_EQ(set.choice, "");
}

}  // namespace
}  // namespace vigia::load
