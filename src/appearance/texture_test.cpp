#include "appearance/texture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace vigia::appearance {
namespace {

using domain::Point;

// The mean face of 112 pixels, turned by `angle`, enlarged by `scale`, moved by (x, y).
domain::Landmarks turned(float angle, float scale, float x, float y) {
  const auto at = [&](float px, float py) {
    return Point{x + scale * (std::cos(angle) * px - std::sin(angle) * py),
                 y + scale * (std::sin(angle) * px + std::cos(angle) * py)};
  };
  return {at(38.2946F, 51.6963F), at(73.5318F, 51.5014F), at(56.0252F, 71.7366F), at(41.5493F, 92.3655F),
          at(70.7299F, 92.2041F)};
}

GreySquare square(const std::vector<float>& values) {
  return {values.data(), static_cast<int>(std::lround(std::sqrt(values.size()))), {0, 0}, 1};
}

TEST(Alignment, FindsHowTheFaceIsTurnedScaledAndMoved) {
  const float angle = 30 * std::numbers::pi_v<float> / 180;
  const auto found = align(turned(angle, 2, 200, 100), {120, 160, 180, 200});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->along, 4 * std::cos(angle), 1e-3);  // a pixel of the 56 is two of the 112
  EXPECT_NEAR(found->across, 4 * std::sin(angle), 1e-3);
  EXPECT_NEAR(found->origin.x, 200, 0.01);
  EXPECT_NEAR(found->origin.y, 100, 0.01);
}

TEST(Alignment, RefusesLandmarksThatCannotBeThoseOfTheBox) {
  const domain::Box box{20, 30, 80, 90};
  EXPECT_TRUE(align(turned(0, 1, 5, 5), box));
  EXPECT_FALSE(align(turned(0, 0.1F, 50, 70), box));   // a point
  EXPECT_FALSE(align(turned(0, 5, -200, -200), box));  // far too large
  EXPECT_FALSE(align(turned(0, 1, 400, 5), box));      // elsewhere
  auto landmarks = turned(0, 1, 5, 5);
  landmarks.nose.x = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(align(landmarks, box));
  landmarks.nose.x = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(align(landmarks, box));
}

TEST(Texture, OfAPlainFaceIsTheOnePatternWithoutDarkerNeighbours) {
  const std::vector<float> plain(std::size_t{56} * 56, 90);
  Texture found;
  describe_texture(square(plain), Alignment{}, found);
  for (std::size_t i = 0; i < found.size(); ++i) {
    // 11111111 is the last of the 58 uniform patterns.
    ASSERT_EQ(found[i], i % 59 == 57 ? 255 : 0) << i;
  }
}

TEST(Texture, OfARampIsThePatternOfItsLighterSide) {
  std::vector<float> ramp(std::size_t{56} * 56);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i % 56);  // lighter to the right
  Texture found;
  describe_texture(square(ramp), Alignment{}, found);
  // Right, below right, above right, and below and above, which are as light: bits 0, 1, 7, 2, 6: 199.
  // Uniform patterns before it, counted by hand: 1 of no bits, and below 199 those of one run.
  int number = 0;
  for (int code = 0; code < 199; ++code) {
    int changes = 0;
    for (int bit = 0; bit < 8; ++bit)
      changes += ((code >> bit) & 1) != ((code >> ((bit + 1) % 8)) & 1) ? 1 : 0;
    number += changes <= 2 ? 1 : 0;
  }
  const std::size_t middle = std::size_t{2 * 6 + 2} * 59;  // a block that no edge is near
  for (std::size_t i = 0; i < 59; ++i)
    ASSERT_EQ(found[middle + i], i == static_cast<std::size_t>(number) ? 255 : 0) << i;
}

}  // namespace
}  // namespace vigia::appearance
