#include "shot/grade.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <vector>

namespace vigia::shot {
namespace {

using domain::Box;
using domain::ColorRange;
using domain::Detection;
using domain::Frame;
using domain::Landmarks;
using domain::Reason;

// A frame whose luma is drawn by a function.
struct Drawn {
  Drawn(int width, int height, const std::function<int(int, int)>& luma, ColorRange range = ColorRange::full)
      : bytes(static_cast<std::size_t>(width + 7) * static_cast<std::size_t>(height), 255) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        bytes[static_cast<std::size_t>(y * (width + 7) + x)] = static_cast<std::uint8_t>(luma(x, y));
    }
    frame.planes[0] = {bytes.data(), width + 7};
    frame.size = {width, height};
    frame.range = range;
  }
  std::vector<std::uint8_t> bytes;
  Frame frame;
};
int flat(int, int) {
  return 128;
}
int stripes(int x, int) {
  return x % 2 == 0 ? 100 : 110;
}  // Laplacian: +20, -20; variance 400

Landmarks frontal() {
  return {{30, 40}, {70, 40}, {50, 60}, {35, 80}, {65, 80}};
}

TEST(Frontality, OneWhenTheNoseIsInTheMiddle) {
  EXPECT_FLOAT_EQ(frontality(frontal()), 1);
}

TEST(Frontality, ByHand) {
  // Distances of the nose: eyes 3 and 5, mouth 6 and 2. 1 - (2 + 4) / (2 x 4) = 0.25
  EXPECT_FLOAT_EQ(frontality({{3, 0}, {0, 5}, {0, 0}, {6, 0}, {0, 2}}), 0.25F);
}

TEST(Frontality, WorstIsZero) {
  EXPECT_FLOAT_EQ(frontality({{0, 0}, {9, 0}, {0, 0}, {0, 0}, {9, 0}}), 0);
  EXPECT_FLOAT_EQ(frontality({{5, 5}, {5, 5}, {5, 5}, {5, 5}, {5, 5}}), 0);
}

TEST(Laplacian, VarianceByHand) {
  EXPECT_FLOAT_EQ(laplacian_variance({10, 10, 20, 20}, Drawn(100, 100, flat).frame), 0);
  EXPECT_FLOAT_EQ(laplacian_variance({10, 10, 20, 20}, Drawn(100, 100, stripes).frame), 400);
  // One white pixel of 255 in 10x10: its Laplacian is -1020, that of four neighbours 255, sum 0.
  const Drawn dot(100, 100, [](int x, int y) { return x == 25 && y == 25 ? 255 : 0; });
  EXPECT_NEAR(laplacian_variance({20, 20, 10, 10}, dot.frame), (1020.0 * 1020 + 4 * 255.0 * 255) / 100, 1);
}

TEST(Laplacian, LimitedRangeCountsAsTheFullRangeItStandsFor) {
  EXPECT_NEAR(laplacian_variance({10, 10, 20, 20}, Drawn(100, 100, stripes, ColorRange::limited).frame),
              400 * (255.0 / 219) * (255.0 / 219), 0.1);
}

TEST(Laplacian, LargestContrastAndAreaDoNotOverflow) {
  const auto chess = [](int x, int y) { return (x + y) % 2 == 0 ? 0 : 255; };
  EXPECT_FLOAT_EQ(laplacian_variance({0, 0, 5000, 60}, Drawn(5000, 60, chess).frame), 1020.0F * 1020);
}

TEST(Laplacian, LargeFacesAreSampledEvenly) {
  // Sharp in the lower half only: the sample must see as much of it as the whole.
  const auto half = [](int x, int y) { return y >= 500 ? stripes(x, y) : 100; };
  EXPECT_NEAR(laplacian_variance({0, 0, 1000, 1000}, Drawn(1000, 1000, half).frame), 200, 20);
}

TEST(Laplacian, BoxesThatReachOutOfTheFrame) {
  const Drawn drawn(100, 100, stripes);
  EXPECT_FLOAT_EQ(laplacian_variance({-50, -50, 300, 300}, drawn.frame), 400);
  EXPECT_EQ(laplacian_variance({200, 200, 50, 50}, drawn.frame), 0);
  EXPECT_EQ(laplacian_variance({-80, 10, 50, 50}, drawn.frame), 0);
  EXPECT_EQ(laplacian_variance({10, 10, 2, 2}, drawn.frame), 0);
  const float nan = std::nanf("");
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(laplacian_variance({nan, nan, nan, nan}, drawn.frame), 0);
  EXPECT_FLOAT_EQ(laplacian_variance({-inf, -inf, inf, inf}, drawn.frame), 0);
}

TEST(Quality, WeightedMeanByHand) {
  const Drawn drawn(300, 200, stripes);
  // 60x78 of 300x200: size 4680 / 18000 = 0.26; proportion 1.3: 1; sharpness 400 / 500 = 0.8
  const Detection detection{{100, 50, 60, 78}, 0.9F, frontal()};
  const auto quality = measure_quality(detection, drawn.frame);
  EXPECT_FLOAT_EQ(quality.confidence, 0.9F);
  EXPECT_FLOAT_EQ(quality.size, 0.26F);
  EXPECT_FLOAT_EQ(quality.frontality, 1);
  EXPECT_NEAR(quality.proportion, 1, 1e-6);
  EXPECT_FLOAT_EQ(quality.sharpness, 0.8F);
  EXPECT_NEAR(quality.total, (3 * 0.9 + 4 * 0.26 + 6 * 1 + 1 * 1 + 1 * 0.8) / 15, 1e-6);
}

TEST(Quality, PartsAreBounded) {
  const Drawn drawn(300, 200, [](int x, int y) { return (x + y) % 2 * 255; });
  const auto best = measure_quality({{0, 0, 300, 200}, 1.7F, std::nullopt}, drawn.frame);
  EXPECT_FLOAT_EQ(best.confidence, 1);
  EXPECT_FLOAT_EQ(best.size, 1);
  EXPECT_FLOAT_EQ(best.frontality, 1);  // no landmarks: nothing speaks against it
  EXPECT_FLOAT_EQ(best.sharpness, 1);
  const auto flat_box = measure_quality({{0, 0, 10, 100}, 0, std::nullopt}, drawn.frame);
  EXPECT_FLOAT_EQ(flat_box.proportion, 0);
}

struct FilterCase {
  const char* what;
  ShotOptions options;
  Box box;
  std::optional<Reason> reason;
};

TEST(Grader, Filters) {
  const Drawn drawn(1280, 720, stripes);
  ShotOptions lax;
  lax.filter_min_quality = 0;
  const auto with = [&](auto change) {
    ShotOptions options = lax;
    change(options);
    return options;
  };
  const ShotOptions in_roi = with([](auto& o) { o.roi = {100, 100, 200, 200}; });
  const float nan = std::nanf("");
  const std::vector<FilterCase> cases{
      {"as small as allowed", lax, {10, 10, 60, 78}, std::nullopt},
      {"the shorter side counts", lax, {10, 10, 59, 78}, Reason::too_small},
      {"the longer side counts",
       with([](auto& o) { o.filter_max_size = 100; }),
       {10, 10, 80, 101},
       Reason::too_large},
      {"as large as allowed",
       with([](auto& o) { o.filter_max_size = 100; }),
       {10, 10, 80, 100},
       std::nullopt},
      {"inside roi", in_roi, {100, 100, 200, 200}, std::nullopt},
      {"reaches out of roi", in_roi, {99, 150, 80, 80}, Reason::outside_roi},
      {"below filter_min_quality",
       with([](auto& o) { o.filter_min_quality = 0.99; }),
       {10, 10, 80, 80},
       Reason::low_quality},
      {"no number", lax, {nan, nan, nan, nan}, Reason::too_small},
  };
  const auto rejected_for = [&](const FilterCase& test) {
    return Grader(test.options).grade({test.box, 0.9F, frontal()}, drawn.frame).rejected;
  };
  for (const FilterCase& test : cases) EXPECT_EQ(rejected_for(test), test.reason) << test.what;
}

TEST(Grader, KeepsDetectionAndQuality) {
  const Drawn drawn(1280, 720, stripes);
  const auto sighting = Grader(ShotOptions{}).grade({{10, 10, 100, 130}, 0.9F, frontal()}, drawn.frame);
  EXPECT_FALSE(sighting.rejected);
  EXPECT_FLOAT_EQ(sighting.detection.box.height, 130);
  EXPECT_GT(sighting.quality.total, 0.6F);
}

}  // namespace
}  // namespace vigia::shot
