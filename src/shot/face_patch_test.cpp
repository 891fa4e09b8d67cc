#include "shot/face_patch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "shot/drawn_test_support.h"

namespace vigia::shot {
namespace {

using domain::Box;
using domain::ColorRange;

double ramp(int x, int /*y*/) {
  return x;
}
double ramp_down(int /*x*/, int y) {
  return y;
}

FacePatch patch_of(const Box& box, const Drawn& drawn) {
  FacePatch patch;
  EXPECT_TRUE(patch.read(box, drawn.frame));
  return patch;
}

TEST(FacePatch, AveragesWhatItsPixelsCoverByHand) {
  const Drawn drawn(200, 200, ramp);
  // Two pixels each: 10 and 11, 12 and 13, ...
  const FacePatch whole = patch_of({10, 20, 64, 80}, drawn);
  EXPECT_NEAR(whole.at(0, 0), 10.5, 0.01);
  EXPECT_NEAR(whole.at(31, 39), 72.5, 0.01);
  // One and a half each: half of 10 and all of 11; all of 12 and half of 13.
  const FacePatch half = patch_of({10.5F, 20, 48, 80}, drawn);
  EXPECT_NEAR(half.at(0, 5), (0.5 * 10 + 11) / 1.5, 0.01);
  EXPECT_NEAR(half.at(1, 5), (12 + 0.5 * 13) / 1.5, 0.01);
}

TEST(FacePatch, ReadsRowsAsColumns) {
  const Drawn drawn(200, 200, ramp_down);
  const FacePatch whole = patch_of({20, 10, 64, 80}, drawn);
  EXPECT_NEAR(whole.at(3, 0), 10.5, 0.01);
  EXPECT_NEAR(whole.at(3, 39), 88.5, 0.01);
  const FacePatch half = patch_of({20, 10.5F, 64, 60}, drawn);
  EXPECT_NEAR(half.at(3, 0), (0.5 * 10 + 11) / 1.5, 0.02) << "weights are 256ths";
}

TEST(FacePatch, BetweenPixelsOfASmallFaceItInterpolates) {
  const Drawn drawn(200, 200, ramp);
  const FacePatch patch = patch_of({10, 20, 16, 20}, drawn);
  // The first is centred on 10.25, a quarter of a pixel before the middle of pixel 10.
  EXPECT_NEAR(patch.at(0, 0), 9.75, 0.01);
  EXPECT_NEAR(patch.at(1, 0), 10.25, 0.01);
}

TEST(FacePatch, TheSameFaceInTwoSizesGivesTheSame) {
  const auto drawing = [](double scale) {
    return [scale](int x, int y) {
      return 128 + 100 * std::sin((x + 0.5) / scale / 3) * std::cos((y + 0.5) / scale / 4);
    };
  };
  const Drawn small(200, 200, drawing(1));
  const Drawn large(1000, 1000, drawing(5));
  const FacePatch a = patch_of({20, 30, 64, 80}, small);
  const FacePatch b = patch_of({100, 150, 320, 400}, large);
  for (int y = 0; y < kPatchHeight; ++y) {
    for (int x = 0; x < kPatchWidth; ++x) ASSERT_NEAR(a.at(x, y), b.at(x, y), 6) << x << ' ' << y;
  }
}

TEST(FacePatch, LimitedRangeCountsAsTheFullRangeItStandsFor) {
  const auto luma = [](int x, int /*y*/) { return x < 50 ? 16 : x < 100 ? 235 : 125.5; };
  const Drawn drawn(150, 100, luma, ColorRange::limited);
  EXPECT_NEAR(patch_of({5, 5, 40, 40}, drawn).at(10, 10), 0, 0.01);
  EXPECT_NEAR(patch_of({55, 5, 40, 40}, drawn).at(10, 10), 255, 0.01);
  EXPECT_NEAR(patch_of({105, 5, 40, 40}, drawn).at(10, 10), 127, 1);
}

TEST(FacePatch, LargestFaceAndBrightnessDoNotOverflow) {
  const Drawn drawn(6000, 4000, [](int, int) { return 255; });
  const FacePatch patch = patch_of({0, 0, 6000, 4000}, drawn);
  EXPECT_NEAR(patch.at(0, 0), 255, 0.01);
  EXPECT_NEAR(patch.at(31, 39), 255, 0.01);
}

TEST(FacePatch, OfALargeFaceItSeesAllParts) {
  // A bright bar as wide as one of the patch's pixels, wherever it lies, must be seen.
  for (const int bar : {0, 7, 19, 31}) {
    const Drawn drawn(1600, 2000, [bar](int x, int y) { return x / 50 == bar || y / 50 == bar ? 200 : 50; });
    const FacePatch patch = patch_of({0, 0, 1600, 2000}, drawn);
    for (int i = 0; i < kPatchWidth; ++i) {
      ASSERT_NEAR(patch.at(i, 39), i == bar ? 200 : 50, 25) << "bar " << bar;
      ASSERT_NEAR(patch.at((bar + 5) % kPatchWidth, i), i == bar ? 200 : 50, 25) << "bar " << bar;
    }
  }
}

TEST(FacePatch, BoxesThatReachOutOfTheFrame) {
  const Drawn drawn(100, 100, ramp);
  EXPECT_NEAR(patch_of({-50, -50, 300, 300}, drawn).at(31, 39), (0.125 * 96 + 97 + 98 + 99) / 3.125, 0.02);
  FacePatch patch;
  for (const Box& box : {Box{200, 200, 50, 50}, Box{-80, 10, 50, 50}, Box{10, 10, 2, 2}, Box{10, 10, 50, -5}})
    EXPECT_FALSE(patch.read(box, drawn.frame)) << box.left;
  const float nan = std::nanf("");
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(patch.read({nan, nan, nan, nan}, drawn.frame));
  EXPECT_FALSE(patch.read({-inf, -inf, inf, inf}, drawn.frame));
  const Drawn tiny(3, 3, ramp);
  EXPECT_NEAR(patch_of({0, 0, 3, 3}, tiny).at(0, 0), 0, 0.1);
  EXPECT_NEAR(patch_of({0, 0, 3, 3}, tiny).at(31, 39), 2, 0.1);
}

TEST(FacePatch, MeansAroundPoints) {
  const Drawn drawn(200, 200, [](int x, int y) { return x >= 40 && x < 60 && y >= 50 && y < 70 ? 10 : 210; });
  const FacePatch patch = patch_of({10, 20, 96, 120}, drawn);  // a pixel is 3x3
  EXPECT_NEAR(patch.mean_around({50, 60}, 6), 10, 0.01);
  EXPECT_NEAR(patch.mean_around({90, 120}, 6), 210, 0.01);
  EXPECT_NEAR(patch.mean_around({50, 60}, 0), 10, 0.01) << "at least one pixel";
  EXPECT_NEAR(patch.mean_around({1e9F, -1e9F}, 3), 210, 0.01);
  EXPECT_NEAR(patch.mean_around({std::nanf(""), 60}, std::nanf("")), 210, 0.01);
}

}  // namespace
}  // namespace vigia::shot
