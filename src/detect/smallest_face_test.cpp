#include "detect/smallest_face.h"

#include <gtest/gtest.h>

#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "detect/detect_faces.h"
#include "detect/test_support.h"
#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

using domain::Size;

TEST(SmallestFaceTest, GrowsAsTheInputShrinksTheFrame) {
  const int own = smallest_face({640, 360}, {640, 384});
  EXPECT_GE(own, 8) << "no published detector finds less";
  EXPECT_LE(own, 24);
  EXPECT_EQ(smallest_face({1280, 720}, {640, 384}), 2 * own);
  EXPECT_EQ(smallest_face({3840, 2160}, {640, 384}), 6 * own);
  EXPECT_EQ(smallest_face({3840, 2160}, {1920, 1088}), 2 * own);
  EXPECT_EQ(smallest_face({720, 1280}, {640, 384}), smallest_face({2133, 1280}, {640, 384}))
      << "the narrower side";
  EXPECT_GT(smallest_face({1290, 720}, {640, 384}), 2 * own) << "rounded up";
}

TEST(SmallestFaceTest, TheInputIsTheLeastThatIsEnough) {
  for (const Size frame : {Size{1280, 720}, {1920, 1080}, {3840, 2160}, {1080, 1920}, {640, 480}}) {
    for (const int face : {20, 30, 40, 60, 90, 200}) {
      SCOPED_TRACE(::testing::Message() << frame.width << "x" << frame.height << " " << face);
      const Size input = input_for(frame, face);
      const bool is_enough = smallest_face(frame, input) <= face;
      EXPECT_TRUE(is_enough || input == kInputs.back());
      for (const Size smaller : kInputs) {
        if (area(smaller) >= area(input)) continue;
        EXPECT_GT(smallest_face(frame, smaller), face);
      }
    }
  }
  EXPECT_EQ(input_for({3840, 2160}, 1), kInputs.back());
}

TEST(SmallestFaceTest, AnInputIsHeldWithinItsRange) {
  const InputRange range{{480, 288}, {960, 544}};
  EXPECT_EQ(clamp({320, 192}, range), range.least);
  EXPECT_EQ(clamp({640, 384}, range), (Size{640, 384}));
  EXPECT_EQ(clamp({1280, 736}, range), range.most);
}

// A photograph in a camera's frame, scaled so that its face marked at x, y has the requested size.
class FaceInALargeFrame : public ::testing::Test {
 protected:
  void make_stage() {
    auto stage = DetectFaces::create(
        {.model = model_file("yunet_n_640_640.onnx").string(), .precision = "f32"}, {}, memory_.budget());
    ASSERT_TRUE(stage) << stage.error().text;
    stage_ = std::make_unique<DetectFaces>(*std::move(stage));
  }
  // Of the photograph's marked face of 90 pixels.
  domain::Frame frame_with(float face, Size size) {
    const cv::Mat photo = cv::imread((data_folder() / "photos" / "2008_001322.jpg").string());
    cv::Mat scaled;
    const double by = face / kMarked;
    cv::resize(photo, scaled, {}, by, by, by < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    cv::Mat frame(size.height, size.width, CV_8UC3, cv::Scalar(90, 110, 100));
    scaled.copyTo(frame(cv::Rect(size.width / 3, size.height / 3, scaled.cols, scaled.rows)));
    return testing::make_frame(memory_, frame);
  }
  std::vector<domain::Detection> found(Detector& detector, const domain::Frame& frame,
                                       const SearchArea& view) {
    std::vector<domain::Detection> faces;
    EXPECT_TRUE(detect_fully(detector, frame, view, faces));
    return faces;
  }

  static constexpr float kMarked = 90;
  memory::MemoryManager memory_{memory::MemoryOptions{}};
  std::unique_ptr<DetectFaces> stage_;
};

TEST_F(FaceInALargeFrame, IsFoundWithTheInputThatItsSizeAsksFor) {
  NEED_DATA();
  make_stage();
  const auto ranged = *stage_->make_between({{640, 384}, {1920, 1088}});
  const auto standard = *stage_->make({640, 384});
  const domain::Frame frame = frame_with(30, {3840, 2160});
  EXPECT_TRUE(found(*standard, frame, {{}, 30}).empty()) << "5 pixels there";
  const auto faces = found(*ranged, frame, {{}, 30});
  EXPECT_FALSE(faces.empty());
  for (const domain::Detection& face : faces) EXPECT_GT(std::min(face.box.width, face.box.height), 12);
  EXPECT_TRUE(found(*ranged, frame, {{}, 120}).empty()) << "640x384 is enough for such faces";
  EXPECT_FALSE(found(*ranged, frame, {{}, 0}).empty()) << "all that it can see";
}

TEST_F(FaceInALargeFrame, RotNeedsASmallerInput) {
  NEED_DATA();
  make_stage();
  const auto ranged = *stage_->make_between({{640, 384}, {1920, 1088}});
  const domain::Frame frame = frame_with(30, {3840, 2160});
  const domain::Region rot{1200, 640, 640, 360};
  const auto faces = found(*ranged, frame, {rot, 30});
  EXPECT_FALSE(faces.empty());
  for (const domain::Detection& face : faces) EXPECT_TRUE(rot.contains(face.box));
  const Bytes before = memory_.budget().by_owner().front().bytes;
  static_cast<void>(found(*ranged, frame, {rot, 30}));
  EXPECT_EQ(memory_.budget().by_owner().front().bytes, before) << "the network is there already";
}

TEST_F(FaceInALargeFrame, ADetectorSaysItsRange) {
  NEED_DATA();
  make_stage();
  EXPECT_EQ((*stage_->make_between({{640, 384}, {960, 544}}))->name(), "yunet_n 640x384 to 960x544 f32");
  EXPECT_EQ((*stage_->make_between({{640, 384}, {640, 384}}))->name(), "yunet_n 640x384 f32");
  EXPECT_FALSE(stage_->make_between({{640, 384}, {961, 544}}));
}

}  // namespace
}  // namespace vigia::detect
