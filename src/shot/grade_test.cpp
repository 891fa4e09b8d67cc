#include "shot/grade.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "shot/drawn_test_support.h"

namespace vigia::shot {
namespace {

using domain::Box;
using domain::Detection;
using domain::FaceQuality;
using domain::Landmarks;
using domain::Point;
using domain::Reason;

// A face drawn by hand in a box whose left top corner is at 0, 0: skin on a grey wall, dark eyes and mouth,
// fine grain. `scale` pixels are one of 100x130.
struct DrawnFace {
  double scale = 1, blur = 0.6;  // width of the edges, pixels of 100x130
  Point at{200, 150};

  [[nodiscard]] double luma(int px, int py) const {
    const double x = (px + 0.5 - at.x) / scale, y = (py + 0.5 - at.y) / scale;
    const auto within = [&](double cx, double cy, double rx, double ry) {  // 1 inside, 0 outside, soft edge
      const double r = std::hypot((x - cx) / rx, (y - cy) / ry);
      return 1 / (1 + std::exp((r - 1) * std::min(rx, ry) / blur));
    };
    double value = 90 + 70 * within(50, 65, 46, 62);
    for (const double side : {-1.0, 1.0}) {
      value -= 70 * within(50 + side * 22, 50, 8, 4) + 25 * within(50 + side * 5, 80, 3, 2);
      value -= 45 * within(50 + side * 22, 38, 11, 2);
    }
    value -= 50 * within(50, 103, 18, 4);
    value += 8 * std::sin(x * 1.1) * std::sin(y * 1.1) * std::exp(-blur);
    return std::clamp(value, 0.0, 255.0);
  }
  [[nodiscard]] Box box() const {
    return {at.x, at.y, static_cast<float>(100 * scale), static_cast<float>(130 * scale)};
  }
  [[nodiscard]] Landmarks landmarks() const {
    const auto place = [this](double x, double y) {
      return Point{at.x + static_cast<float>(x * scale), at.y + static_cast<float>(y * scale)};
    };
    return {place(28, 50), place(72, 50), place(50, 76), place(32, 100), place(68, 100)};
  }
};

Drawn picture(const DrawnFace& face, int width = 1280, int height = 720) {
  return Drawn(width, height, [&face](int x, int y) { return face.luma(x, y); });
}
FaceQuality quality_of(const DrawnFace& face, float score = 0.92F) {
  const Drawn drawn = picture(face);
  return measure_quality({face.box(), score, face.landmarks()}, drawn.frame);
}

TEST(Quality, AGoodFaceIsUsableAtAnySize) {
  for (const double scale : {0.5, 1.0, 3.0}) {
    const FaceQuality quality = quality_of({.scale = scale});
    EXPECT_GT(quality.total, 0.8) << scale;
    for (const auto& part : domain::kQualityParts) {
      if (part.name == "size") continue;
      EXPECT_GT(quality.*part.value, 0.7) << part.name << ' ' << scale;
    }
  }
}

TEST(Quality, WithAllElseEqualMorePixelsRankHigher) {
  float last = 0;
  for (const double scale : {0.3, 0.5, 0.6, 1.0, 1.5, 2.0, 2.6}) {
    const float rank = quality_of({.scale = scale}).rank;
    EXPECT_GT(rank, last) << scale;
    last = rank;
  }
  EXPECT_NEAR(quality_of({.scale = 4}).rank, quality_of({.scale = 3}).rank, 0.1) << "44 pixels x 3: enough";
}

TEST(Quality, SizeByHand) {
  // 44 of 120 pixels between the eyes.
  EXPECT_NEAR(quality_of({.scale = 1}).size, 44.0 / 120, 1e-5);
  EXPECT_FLOAT_EQ(quality_of({.scale = 3}).size, 1);
}

TEST(Quality, ABlurredFaceIsNotUsableAndRanksLowEvenIfLarge) {
  const FaceQuality sharp = quality_of({.scale = 1});
  const FaceQuality blurred = quality_of({.scale = 2, .blur = 9});
  EXPECT_LT(blurred.total, 0.5);
  EXPECT_LT(blurred.rank, sharp.rank);
}

TEST(Quality, ATurnedHeadIsNotUsable) {
  const DrawnFace face;
  const Drawn drawn = picture(face);
  Landmarks landmarks = face.landmarks();
  const float before = measure_quality({face.box(), 0.92F, landmarks}, drawn.frame).total;
  landmarks.nose.x += 32;  // atan(32 / (0.45 x 44)): 58 degrees
  landmarks.left_eye.x -= 12;
  landmarks.mouth_left.x -= 10;
  const FaceQuality turned = measure_quality({face.box(), 0.92F, landmarks}, drawn.frame);
  EXPECT_LT(turned.frontality, 0.4);
  EXPECT_LT(turned.total, 0.5);
  EXPECT_LT(turned.total, before);
}

TEST(Quality, AFaceCutByTheEdgeIsNotUsable) {
  const DrawnFace face{.at = {-30, 150}};
  const Drawn drawn = picture(face);
  Box seen = face.box();
  seen.width += seen.left;
  seen.left = 0;
  const FaceQuality quality = measure_quality({seen, 0.9F, face.landmarks()}, drawn.frame);
  EXPECT_EQ(quality.inside, 0);
  EXPECT_LT(quality.total, 0.5);
}

TEST(Quality, AWeakDetectionRanksBelowASureOne) {
  const FaceQuality sure = quality_of({}, 0.9F);
  for (const float score : {0.2F, 0.4F, 0.59F}) {
    const FaceQuality weak = quality_of({}, score);
    EXPECT_LT(weak.total, 0.5) << score;
    EXPECT_LT(weak.rank, sure.rank / 2) << score;
  }
}

TEST(Quality, WithoutLandmarksNothingSpeaksAgainstTheFace) {
  const DrawnFace face;
  const Drawn drawn = picture(face);
  for (const float score : {0.65F, 0.95F}) {
    const FaceQuality quality = measure_quality({face.box(), score, std::nullopt}, drawn.frame);
    EXPECT_GT(quality.total, 0.5) << score;
    EXPECT_GT(quality.size, 0.2) << score;
    EXPECT_FLOAT_EQ(quality.frontality, 1);
  }
  const DrawnFace blurred{.blur = 12};
  const Drawn soft = picture(blurred);
  EXPECT_LT(measure_quality({blurred.box(), 0.65F, std::nullopt}, soft.frame).total, 0.5);
}

TEST(Quality, EveryPartIsBoundedWhateverComesIn) {
  const Drawn drawn(300, 200, [](int x, int y) { return (x + y) % 2 * 255; });
  const float nan = std::nanf("");
  const float inf = std::numeric_limits<float>::infinity();
  const Landmarks nowhere{{nan, 0}, {0, nan}, {inf, -inf}, {1e30F, 1e30F}, {0, 0}};
  for (const Box& box : {Box{0, 0, 300, 200}, Box{10, 10, 0, 0}, Box{nan, nan, nan, nan},
                         Box{-inf, 0, inf, 5}, Box{400, 400, 20, 20}, Box{-1e9F, -1e9F, 2e9F, 2e9F}}) {
    for (const float score : {1.7F, -3.0F, nan}) {
      for (const std::optional<Landmarks>& landmarks : {std::optional<Landmarks>(), std::optional(nowhere)}) {
        const FaceQuality quality = measure_quality({box, score, landmarks}, drawn.frame);
        for (const auto& part : domain::kQualityParts) {
          EXPECT_GE(quality.*part.value, 0) << part.name << ' ' << box.left;
          EXPECT_LE(quality.*part.value, 1) << part.name << ' ' << box.left;
        }
        EXPECT_TRUE(quality.total >= 0 && quality.total <= 1) << box.left;
        EXPECT_TRUE(quality.rank >= 0 && quality.rank <= 1) << box.left;
      }
    }
  }
}

struct FilterCase {
  const char* what;
  ShotOptions options;
  Box box;
  std::optional<Reason> reason;
};

TEST(Grader, Filters) {
  const Drawn drawn(1280, 720, [](int x, int y) { return (x / 5 + y / 5) % 2 * 60 + 90; });
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
       with([](auto& o) { o.filter_min_quality = 1; }),
       {10, 10, 80, 80},
       Reason::low_quality},
      {"no number", lax, {nan, nan, nan, nan}, Reason::too_small},
  };
  const auto rejected_for = [&](const FilterCase& test) {
    return Grader(test.options).grade({test.box, 0.9F, DrawnFace{}.landmarks()}, drawn.frame).rejected;
  };
  for (const FilterCase& test : cases) EXPECT_EQ(rejected_for(test), test.reason) << test.what;
}

TEST(Grader, KeepsDetectionAndQuality) {
  const DrawnFace face;
  const Drawn drawn = picture(face);
  const auto sighting = Grader(ShotOptions{}).grade({face.box(), 0.92F, face.landmarks()}, drawn.frame);
  EXPECT_FALSE(sighting.rejected);
  EXPECT_FLOAT_EQ(sighting.detection.box.height, 130);
  EXPECT_GT(sighting.quality.total, 0.6F);
}

}  // namespace
}  // namespace vigia::shot
