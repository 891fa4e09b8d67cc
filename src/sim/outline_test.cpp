// The pixels that shapes cover, and pictures made softer, smaller or larger.
#include "sim/outline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "sim/resample.h"

namespace vigia::sim {
namespace {

double covered(const Mask& mask) {
  return std::accumulate(mask.values.begin(), mask.values.end(), 0.0) / 255;
}

Outline rectangle(float left, float top, float right, float bottom) {
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

TEST(Outline, CoversPixelsByArea) {
  const Mask mask = filled(std::array{rectangle(1.5F, 1, 3.25F, 2.5F)}, 5, 4);
  const std::array<int, 20> expected{0, 0, 0, 0, 0, 0, 128, 255, 64, 0, 0, 64, 128, 32, 0, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(mask.values[i], expected[i], 1) << i;
}

TEST(Outline, CoversWhatGeometrySays) {
  for (const float size : {3.0F, 11.7F, 40.0F}) {
    const double circle =
        covered(filled(std::array{ellipse_outline({50, 45}, {size, size / 2}, 30)}, 100, 90));
    EXPECT_NEAR(circle, std::numbers::pi * size * size / 2, 0.01 * circle + 0.1) << size;
    const Outline triangle{{50, 45}, {50 + size, 45.3F}, {49.5F, 45 + size}};
    EXPECT_NEAR(covered(filled(std::array{triangle}, 100, 90)), 0.5 * (size * size + 0.15), 0.4) << size;
  }
}

TEST(Outline, IsCutAtTheEdges) {
  // A slope from far outside: only its part within the picture counts.
  const Outline slope{{-8, 0}, {8, 1}, {-8, 1}};
  const Mask cut = filled(std::array{slope}, 4, 1);
  const std::array<double, 4> expected{0.469, 0.406, 0.344, 0.281};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(cut.values[i] / 255.0, expected[i], 0.005) << i;
  EXPECT_NEAR(covered(filled(std::array{rectangle(-50, -50, 50, 50)}, 8, 6)), 48, 0.01);
  EXPECT_NEAR(covered(filled(std::array{ellipse_outline({0, 0}, {6, 6})}, 8, 8)), std::numbers::pi * 9, 0.5);
  EXPECT_EQ(covered(filled(std::array{rectangle(20, 1, 30, 3)}, 8, 6)), 0);
  EXPECT_EQ(covered(filled(std::array{rectangle(-9, 1, -3, 3)}, 8, 6)), 0);
}

TEST(Outline, AStrokeCoversItsBendOnce) {
  const Outline along{{10, 10}, {30, 10}, {30, 30}};
  const Mask mask = filled(stroke_outlines(along, 4), 40, 40);
  EXPECT_EQ(mask.row(10)[30], 255);
  EXPECT_EQ(mask.row(20)[20], 0);
  EXPECT_NEAR(covered(mask), 20 * 4 * 2 + std::numbers::pi * 4, 5);
}

TEST(Pixels, SofteningKeepsWhatIsEvenAndTheSum) {
  for (const float sigma : {0.5F, 1.9F, 3.0F, 9.0F}) {
    Mask even(60, 50, 77);
    soften(even, sigma);
    for (const std::uint8_t value : even.values) ASSERT_NEAR(value, 77, 1) << sigma;
    Mask square = filled(std::array{rectangle(40, 40, 60, 60)}, 101, 100);
    soften(square, sigma);
    EXPECT_NEAR(covered(square), 400, 8) << sigma;
    EXPECT_GT(square.row(50)[50], square.row(50)[38]);
    EXPECT_LT(square.row(50)[39], 150);
    EXPECT_NEAR(square.row(50)[39], square.row(50)[60], 2) << "as far on either side";
  }
}

TEST(Pixels, ShrunkTheyHaveTheMeansOfBoxesAlsoAtTheEnd) {
  Mask mask(5, 2);
  mask.values = {0, 100, 10, 30, 9, 50, 50, 20, 40, 11};
  const Mask half = shrunk(mask, 2);
  ASSERT_EQ(half.width, 3);
  ASSERT_EQ(half.height, 1);
  EXPECT_EQ(half.values, (std::vector<std::uint8_t>{50, 25, 10}));
}

TEST(Resample, GivesThePixelsAndWhatLiesBetween) {
  Yuva source(3, 2);
  for (int i = 0; i < 6; ++i)
    source.values[static_cast<std::size_t>(i)].fill(static_cast<std::uint8_t>(40 * i));
  RowSampler rows(source);
  const auto at = [&](float x, float y, Beyond beyond) {
    std::array<std::uint8_t, 4> pixel{};
    const std::array across{tap_at(x, 3, beyond)};
    rows.sample(tap_at(y, 2, beyond), across, &pixel);
    EXPECT_EQ(pixel[0], pixel[3]);
    return static_cast<int>(pixel[2]);
  };
  EXPECT_EQ(at(1, 1, Beyond::edge), 160);
  EXPECT_EQ(at(0.5F, 0, Beyond::edge), 20);
  EXPECT_EQ(at(1.25F, 0.5F, Beyond::edge), 110);
  EXPECT_EQ(at(9, 0, Beyond::edge), 80);
  EXPECT_EQ(at(-9, 1, Beyond::edge), 120);
  EXPECT_EQ(at(2.5F, 0, Beyond::nothing), 40) << "half of it is beyond";
  EXPECT_EQ(at(-1, 1, Beyond::nothing), 0);
  EXPECT_EQ(at(1, 1000, Beyond::nothing), 0);
}

}  // namespace
}  // namespace vigia::sim
