#include "appearance/view.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "appearance/difference.h"
#include "appearance/figures_test_support.h"
#include "memory/hot_call_test_support.h"
#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::appearance {
namespace {

using domain::Detection;
using domain::Frame;
using vigia::testing::FrameStyle;

class ViewTest : public ::testing::Test {
 protected:
  static cv::Mat room() { return {480, 640, CV_8UC3, cv::Scalar(150, 155, 160)}; }
  Frame frame_of(const cv::Mat& bgr, const FrameStyle& style = {}) {
    return vigia::testing::make_frame(memory_, bgr, style);
  }
  // A person alone in a room, after `change` was applied to the picture.
  template <class Change>
  Views views_of(const Dress& dress, float left, float top, float width, const Change& change,
                 const FrameStyle& style = {}) {
    cv::Mat bgr = room();
    const std::vector<Detection> faces{paint(bgr, dress, left, top, width)};
    change(bgr);
    Views views;
    View view;
    EXPECT_TRUE(describe(frame_of(bgr, style), faces, 0, view));
    views.add(view);
    return views;
  }
  Views views_of(const Dress& dress, float left = 200, float top = 60, float width = 64,
                 const FrameStyle& style = {}) {
    return views_of(
        dress, left, top, width, [](cv::Mat&) {}, style);
  }
  static float between(const Views& a, const Views& b) {
    const auto found = difference(a, b);
    EXPECT_TRUE(found);
    return found ? found->value : -1;
  }

  memory::MemoryManager memory_{memory::MemoryOptions{}};
  View view_;
};

TEST_F(ViewTest, HasAllPartsOfSomebodyInFullView) {
  const Views views = views_of(kRedAndBlond);
  EXPECT_TRUE(views[0].has_torso_colours && views[0].has_torso_outline && views[0].has_head_colours &&
              views[0].has_head_outline && views[0].has_face);
  EXPECT_LE(sizeof(View), 6000U);
}

TEST_F(ViewTest, TwoDifferentlyDressedPeopleDifferMuch) {
  const auto found = difference(views_of(kRedAndBlond), views_of(kBlueAndDark));
  ASSERT_TRUE(found);
  EXPECT_GT(found->value, kOtherPerson);
  EXPECT_TRUE(found->torso);
  EXPECT_EQ(found->parts, 5);
}

TEST_F(ViewTest, TheSamePersonDiffersLittleWhenTheLightChanges) {
  const Views before = views_of(kBlueAndDark);
  const auto lit = [&](double gain, double more) {
    return views_of(kBlueAndDark, 200, 60, 64, [=](cv::Mat& bgr) { bgr.convertTo(bgr, -1, gain, more); });
  };
  for (const Views& after : {lit(0.9, 0), lit(1.08, 0), lit(1, 8)})
    EXPECT_LT(between(before, after), kSamePerson);
}

TEST_F(ViewTest, TheSamePersonDiffersLittleWhenNearerOrMovedByPartOfAPixel) {
  const Views before = views_of(kRedAndBlond);
  EXPECT_LT(between(before, views_of(kRedAndBlond, 200.5F, 60.5F)), kSamePerson / 2);
  EXPECT_LT(between(before, views_of(kRedAndBlond, 260, 90, 90)), kSamePerson);
  EXPECT_LT(between(before, views_of(kRedAndBlond, 300, 40, 48)), kSamePerson);
}

TEST_F(ViewTest, LayoutRangeAndStrideDoNotMatter) {
  const Views i420 = views_of(kRedAndBlond);
  for (const auto range : {domain::ColorRange::limited, domain::ColorRange::full}) {
    const FrameStyle style{.layout = domain::PixelLayout::nv12, .range = range, .extra_stride = 7};
    EXPECT_LT(between(i420, views_of(kRedAndBlond, 200, 60, 64, style)), kSamePerson / 3);
  }
}

TEST_F(ViewTest, ACameraWithoutColoursTellsThemApartToo) {
  const auto grey = [](cv::Mat& bgr) {
    cv::cvtColor(bgr, bgr, cv::COLOR_BGR2GRAY);
    cv::cvtColor(bgr, bgr, cv::COLOR_GRAY2BGR);
  };
  const Views red = views_of(kRedAndBlond, 200, 60, 64, grey),
              blue = views_of(kBlueAndDark, 200, 60, 64, grey);
  EXPECT_GT(between(red, blue), kOtherPerson);
  EXPECT_LT(between(red, views_of(kRedAndBlond, 230, 70, 70, grey)), kSamePerson);
}

TEST_F(ViewTest, AFrameWithoutChromaHasAllParts) {
  cv::Mat bgr = room();
  const std::vector<Detection> faces{paint(bgr, kRedAndBlond, 200, 60, 64)};
  Frame frame = frame_of(bgr);
  frame.planes[1] = frame.planes[2] = {};
  ASSERT_TRUE(describe(frame, faces, 0, view_));
  EXPECT_TRUE(view_.has_torso_colours && view_.has_head_colours);
}

TEST_F(ViewTest, AFrameWithoutPictureHasNone) {
  Frame frame;
  frame.size = {640, 480};
  const std::vector<Detection> faces{{{200, 60, 64, 80}, 0.9F, {}}};
  EXPECT_FALSE(describe(frame, faces, 0, view_));
}

TEST_F(ViewTest, AFaceThatIsTooSmallOrOutsideHasNone) {
  const Frame frame = frame_of(room());
  for (const domain::Box& box : {domain::Box{200, 60, 11, 30}, domain::Box{200, 60, 30, 11},
                                 domain::Box{-60, 60, 100, 100}, domain::Box{200, 440, 100, 100}}) {
    const std::vector<Detection> faces{{box, 0.9F, {}}};
    EXPECT_FALSE(describe(frame, faces, 0, view_));
  }
}

TEST_F(ViewTest, WithoutLandmarksThereIsNoFace) {
  cv::Mat bgr = room();
  std::vector<Detection> faces{paint(bgr, kRedAndBlond, 200, 60, 64)};
  faces[0].landmarks.reset();
  ASSERT_TRUE(describe(frame_of(bgr), faces, 0, view_));
  EXPECT_FALSE(view_.has_face);
  EXPECT_TRUE(view_.has_head_outline && view_.has_head_colours && view_.has_torso_colours);
}

TEST_F(ViewTest, ATorsoBelowThePictureIsLeftOut) {
  cv::Mat bgr = room();
  const std::vector<Detection> faces{paint(bgr, kRedAndBlond, 200, 380, 64)};
  ASSERT_TRUE(describe(frame_of(bgr), faces, 0, view_));
  EXPECT_FALSE(view_.has_torso_colours || view_.has_torso_outline);
  EXPECT_TRUE(view_.has_head_colours && view_.has_face);
}

TEST_F(ViewTest, ATorsoUnderSomebodyNearerIsLeftOut) {
  cv::Mat bgr = room();
  std::vector<Detection> faces{paint(bgr, kRedAndBlond, 200, 60, 50)};
  faces.push_back(paint(bgr, kBlueAndDark, 240, 110, 70));
  const Frame frame = frame_of(bgr);
  ASSERT_TRUE(describe(frame, faces, 0, view_));
  EXPECT_FALSE(view_.has_torso_colours || view_.has_torso_outline);
  EXPECT_TRUE(view_.has_face);
  // The nearer person is not hidden by one who is clearly farther away.
  ASSERT_TRUE(describe(frame, faces, 1, view_));
  EXPECT_TRUE(view_.has_torso_colours && view_.has_head_colours);
}

TEST_F(ViewTest, WhoStandsFarAsideHidesNothing) {
  cv::Mat bgr = room();
  std::vector<Detection> faces{paint(bgr, kRedAndBlond, 100, 60, 50)};
  faces.push_back(paint(bgr, kBlueAndDark, 300, 60, 50));
  ASSERT_TRUE(describe(frame_of(bgr), faces, 0, view_));
  EXPECT_TRUE(view_.has_torso_colours && view_.has_head_colours);
}

TEST_F(ViewTest, NothingIsAllocated) {
  if constexpr (!memory::kCanCount) GTEST_SKIP() << memory::kWhyNotCounted;
  cv::Mat bgr = room();
  const std::vector<Detection> faces{paint(bgr, kRedAndBlond, 200, 60, 64)};
  const Frame frame = frame_of(bgr);
  Views a, b;
  const auto costs = memory::costs_of([&] {
    for (int i = 0; i < 7; ++i) {
      static_cast<void>(describe(frame, faces, 0, view_));
      a.add(view_);
      b.add(view_);
    }
    static_cast<void>(difference(a, b));
  });
  EXPECT_EQ(costs.allocations + costs.locks, 0);
}

// Numbers of all kinds, also those that no sane detector gives. The planes end where their memory ends.
TEST_F(ViewTest, NoBoxReadsOutsideThePlanes) {
  std::mt19937 random(1);
  const auto number = [&]() -> float {
    switch (std::uniform_int_distribution(0, 9)(random)) {
      case 0:
        return std::numeric_limits<float>::quiet_NaN();
      case 1:
        return std::numeric_limits<float>::infinity();
      case 2:
        return -std::numeric_limits<float>::infinity();
      case 3:
        return std::uniform_real_distribution(-1e30F, 1e30F)(random);
      case 4:
        return std::uniform_real_distribution(-1e5F, 1e5F)(random);
      default:
        return std::uniform_real_distribution(-50.0F, 250.0F)(random);
    }
  };
  int described = 0;
  for (int i = 0; i < 3000; ++i) {
    const domain::Size size{std::uniform_int_distribution(1, 70)(random),
                            std::uniform_int_distribution(1, 70)(random)};
    const domain::Size half{(size.width + 1) / 2, (size.height + 1) / 2};
    const auto bytes = [](domain::Size of, int values) {
      return std::vector<std::uint8_t>(static_cast<std::size_t>(of.width * of.height * values), 77);
    };
    const bool interleaved = i % 2 == 0;
    const auto y = bytes(size, 1), u = bytes(half, interleaved ? 2 : 1), v = bytes(half, 1);
    Frame frame;
    frame.size = size;
    frame.layout = interleaved ? domain::PixelLayout::nv12 : domain::PixelLayout::i420;
    frame.planes = {
        {{y.data(), size.width}, {u.data(), half.width * (interleaved ? 2 : 1)}, {v.data(), half.width}}};
    if (interleaved) frame.planes[2] = {};
    std::vector<Detection> faces;
    for (int face = 0; face < 3; ++face) {
      const auto point = [&] { return domain::Point{number(), number()}; };
      faces.push_back({{number(), number(), number(), number()}, 0.9F, {}});
      if (face != 1) faces.back().landmarks = domain::Landmarks{point(), point(), point(), point(), point()};
    }
    // Now and then a box that can be described, with landmarks that make sense of it.
    if (i % 3 == 0) {
      const float side = std::uniform_real_distribution(12.0F, i % 2 == 0 ? 90.0F : 9e4F)(random);
      const float x = std::uniform_real_distribution(0.0F, static_cast<float>(size.width))(random);
      const float top = std::uniform_real_distribution(0.0F, static_cast<float>(size.height))(random);
      faces[0].box = {x - side / 2, top - side / 2, side, side};
      const auto at = [&](float dx, float dy) { return domain::Point{x + dx * side, top + dy * side}; };
      faces[0].landmarks = domain::Landmarks{at(-0.2F, -0.1F), at(0.2F, -0.1F), at(0, 0.1F), at(-0.15F, 0.3F),
                                             at(0.15F, 0.3F)};
    }
    for (std::size_t face = 0; face < faces.size(); ++face)
      described += describe(frame, faces, face, view_) ? 1 : 0;
  }
  EXPECT_GT(described, 900);
}

}  // namespace
}  // namespace vigia::appearance
