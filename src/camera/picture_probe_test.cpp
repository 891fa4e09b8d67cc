// What is seen of pictures that this file paints.
#include "camera/picture_probe.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

class PictureProbeTest : public ::testing::Test {
 protected:
  static constexpr int kWidth = 640, kHeight = 360;

  // The luma of the next picture, a second later.
  std::optional<PictureProbe::Figures> look(Nanoseconds later = 1s) {
    domain::Frame frame;
    frame.size = {kWidth, kHeight};
    frame.range = range_;
    frame.planes[0] = {luma_.data(), kWidth};
    frame.stream_time = (time_ += later);
    return probe_.look(frame);
  }
  // A street: each pixel another value.
  void paint_scene() {
    for (std::size_t i = 0; i < luma_.size(); ++i) luma_[i] = static_cast<std::uint8_t>(40 + i * 7 % 160);
  }
  void fill(std::uint8_t value) { luma_.assign(luma_.size(), value); }

  std::vector<std::uint8_t> luma_ = std::vector<std::uint8_t>(std::size_t{kWidth} * kHeight, 16);
  domain::ColorRange range_ = domain::ColorRange::limited;
  Nanoseconds time_{0};
  PictureProbe probe_;
};

TEST_F(PictureProbeTest, BlackIsBlackInBothRanges) {
  EXPECT_FLOAT_EQ(look()->brightness, 0);
  range_ = domain::ColorRange::full;
  fill(0);
  EXPECT_FLOAT_EQ(look()->brightness, 0);
  fill(255);
  EXPECT_FLOAT_EQ(look()->brightness, 1);
  EXPECT_FLOAT_EQ(look()->contrast, 0);
}

TEST_F(PictureProbeTest, ASceneHasContrast) {
  paint_scene();
  EXPECT_GT(look()->contrast, 0.1);
}

TEST_F(PictureProbeTest, ThePictureIsStillFromItsLastChangeOn) {
  paint_scene();
  EXPECT_EQ(look()->still_for, 0s);
  for (int second = 1; second <= 90; ++second) EXPECT_EQ(look()->still_for, second * 1s);
  luma_[luma_.size() / 2 + kWidth / 2] = 255;  // perhaps between the points
  for (std::size_t i = 0; i < luma_.size(); i += 2) luma_[i] ^= 0x04;
  EXPECT_EQ(look()->still_for, 0s);
}

// Encoded again, the same picture may differ by one here and there.
TEST_F(PictureProbeTest, RoundingIsNoChange) {
  paint_scene();
  look();
  for (std::size_t i = 0; i < luma_.size(); i += 3) ++luma_[i];
  EXPECT_EQ(look()->still_for, 1s);
}

TEST_F(PictureProbeTest, OnePictureASecondIsLookedAt) {
  EXPECT_TRUE(look().has_value());
  EXPECT_FALSE(look(40ms).has_value());
  EXPECT_FALSE(look(900ms).has_value());
  EXPECT_TRUE(look(100ms).has_value());
}

TEST_F(PictureProbeTest, TheSmallestPictureCanBeLookedAt) {
  const std::uint8_t pixel = 100;
  domain::Frame frame;
  frame.size = {1, 1};
  frame.planes[0] = {&pixel, 1};
  EXPECT_NEAR(probe_.look(frame)->brightness, 84.0 / 219, 1e-5);
}

}  // namespace
}  // namespace vigia::camera
