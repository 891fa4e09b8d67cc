#include "appearance/colours.h"

#include <gtest/gtest.h>

#include <numeric>
#include <opencv2/imgproc.hpp>

#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::appearance {
namespace {

using domain::ColorMatrix;
using domain::ColorRange;

class ColoursTest : public ::testing::Test {
 protected:
  Colours of(const cv::Mat& bgr, const domain::Box& part, const vigia::testing::FrameStyle& style = {}) {
    Colours found{};
    describe_colours(vigia::testing::make_frame(memory_, bgr, style), part, found);
    return found;
  }
  static double shares(const Colours& colours, std::size_t begin, std::size_t end) {
    return std::accumulate(colours.begin() + static_cast<std::ptrdiff_t>(begin),
                           colours.begin() + static_cast<std::ptrdiff_t>(end), 0.0,
                           [](double sum, std::uint8_t root) { return sum + root * root / 255.0 / 255.0; });
  }

  memory::MemoryManager memory_{memory::MemoryOptions{}};
};

TEST_F(ColoursTest, LabIsOpencvsOfTheSameColour) {
  cv::RNG random(5);
  for (int i = 0; i < 500; ++i) {
    const cv::Vec3f bgr(random.uniform(0.0F, 1.0F), random.uniform(0.0F, 1.0F), random.uniform(0.0F, 1.0F));
    cv::Mat lab;
    cv::cvtColor(cv::Mat(1, 1, CV_32FC3, cv::Scalar(bgr[0], bgr[1], bgr[2])), lab, cv::COLOR_BGR2Lab);
    for (const auto matrix : {ColorMatrix::bt601, ColorMatrix::bt709}) {
      for (const auto range : {ColorRange::limited, ColorRange::full}) {
        // ITU-R BT.601 and BT.709, item 3, before rounding.
        const float kr = matrix == ColorMatrix::bt709 ? 0.2126F : 0.299F;
        const float kb = matrix == ColorMatrix::bt709 ? 0.0722F : 0.114F;
        const float luma = kr * bgr[2] + (1 - kr - kb) * bgr[1] + kb * bgr[0];
        const float cb = (bgr[0] - luma) / (2 - 2 * kb), cr = (bgr[2] - luma) / (2 - 2 * kr);
        const bool limited = range == ColorRange::limited;
        const Lab found =
            LabConversion(range, matrix)(limited ? 16 + 219 * luma : 255 * luma,
                                         128 + (limited ? 224 : 255) * cb, 128 + (limited ? 224 : 255) * cr);
        const auto& expected = lab.at<cv::Vec3f>(0);
        EXPECT_NEAR(found.l, expected[0], 0.3);
        EXPECT_NEAR(found.a, expected[1], 1.0);
        EXPECT_NEAR(found.b, expected[2], 1.0);
      }
    }
  }
}

TEST_F(ColoursTest, SharesAddUpToOneForColourAndForLightness) {
  cv::Mat bgr(240, 320, CV_8UC3);
  cv::randu(bgr, cv::Scalar::all(0), cv::Scalar::all(256));
  const Colours found = of(bgr, {30, 40, 100, 90});
  EXPECT_NEAR(shares(found, 0, 144), 1, 0.05);
  EXPECT_NEAR(shares(found, 144, 156), 1, 0.05);
}

TEST_F(ColoursTest, MidGreyLiesAroundTheNeutralPlace) {
  // sRGB 119: L* 50, the border of the sixth and the seventh of twelve; a* and b* 0, the same.
  const Colours found = of(cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(119)), {10, 10, 100, 100});
  EXPECT_NEAR(shares(found, 144 + 5, 144 + 7), 1, 0.02);
  EXPECT_NEAR(shares(found, 5 * 12 + 5, 5 * 12 + 7) + shares(found, 6 * 12 + 5, 6 * 12 + 7), 1, 0.02);
}

TEST_F(ColoursTest, ColoursFarOutAreInTheLastPlace) {
  // sRGB blue: a* 79, b* -108.
  const Colours found = of(cv::Mat(240, 320, CV_8UC3, cv::Scalar(255, 0, 0)), {10, 10, 100, 100});
  EXPECT_GT(found[11 * 12 + 0], 250);
}

TEST_F(ColoursTest, ForeignLayoutsRangesAndSizesAreTheSameColours) {
  cv::Mat bgr(241, 321, CV_8UC3, cv::Scalar(60, 120, 190));
  bgr(cv::Rect(100, 0, 90, 241)).setTo(cv::Scalar(170, 90, 40));
  const Colours expected = of(bgr, {40, 60, 120, 100});
  for (const auto layout : {domain::PixelLayout::i420, domain::PixelLayout::nv12}) {
    for (const auto range : {ColorRange::limited, ColorRange::full}) {
      const Colours found =
          of(bgr, {40, 60, 120, 100}, {.layout = layout, .range = range, .extra_stride = 13});
      for (std::size_t i = 0; i < kColourValues; ++i) EXPECT_NEAR(found[i], expected[i], 40) << i;
    }
  }
}

TEST_F(ColoursTest, WithoutChromaItIsGrey) {
  const cv::Mat bgr(240, 320, CV_8UC3, cv::Scalar::all(119));
  domain::Frame frame = vigia::testing::make_frame(memory_, bgr);
  frame.planes[1] = frame.planes[2] = {};
  Colours found{};
  describe_colours(frame, {10, 10, 100, 100}, found);
  const Colours expected = of(bgr, {10, 10, 100, 100});
  for (std::size_t i = 0; i < kColourValues; ++i) EXPECT_NEAR(found[i], expected[i], 30) << i;
}

}  // namespace
}  // namespace vigia::appearance
