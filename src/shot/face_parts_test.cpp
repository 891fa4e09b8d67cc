#include "shot/face_parts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "shot/drawn_test_support.h"

namespace vigia::shot {
namespace {

using domain::Landmarks;
using domain::Point;

// A head as head-pose estimation in textbooks has it, in tenths of a millimetre or so: x to the right of the
// picture, y up, z towards the camera; the eyes' centres.
struct Point3 {
  double x, y, z;
};
constexpr Point3 kRightEye{-155, 170, -135}, kLeftEye{155, 170, -135}, kNose{0, 0, 0},
    kMouthRight{-150, -150, -125}, kMouthLeft{150, -150, -125};

// Seen from far away. Degrees; yaw: turned to a side, pitch: down, roll: tilted.
Landmarks head(double yaw, double pitch = 0, double roll = 0) {
  const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
  const auto seen = [&](Point3 p) {
    const double x = p.x * std::cos(radians(yaw)) + p.z * std::sin(radians(yaw));
    const double z = -p.x * std::sin(radians(yaw)) + p.z * std::cos(radians(yaw));
    const double y = p.y * std::cos(radians(pitch)) - z * std::sin(radians(pitch));
    const double u = x * std::cos(radians(roll)) - y * std::sin(radians(roll));
    const double v = x * std::sin(radians(roll)) + y * std::cos(radians(roll));
    return Point{static_cast<float>(500 + 0.2 * u), static_cast<float>(300 - 0.2 * v)};
  };
  return {seen(kRightEye), seen(kLeftEye), seen(kNose), seen(kMouthRight), seen(kMouthLeft)};
}
const Landmarks kOnePoint{{5, 5}, {5, 5}, {5, 5}, {5, 5}, {5, 5}};
const Landmarks kUpsideDown{{70, 80}, {30, 80}, {50, 60}, {65, 40}, {35, 40}};

TEST(Frontality, OfAHeadThatTurns) {
  EXPECT_NEAR(frontality(head(0)), 1, 0.001);
  EXPECT_NEAR(frontality(head(20)), 1 - 20.0 / 90, 0.06);
  EXPECT_NEAR(frontality(head(45)), 0.5, 0.06);
  EXPECT_NEAR(frontality(head(-45)), 0.5, 0.06) << "either way";
  EXPECT_NEAR(frontality(head(70)), 1 - 70.0 / 90, 0.06);
  for (int yaw = 0; yaw < 85; yaw += 5) EXPECT_GT(frontality(head(yaw)), frontality(head(yaw + 5))) << yaw;
}

TEST(Frontality, TiltedHeadsAreNotTurned) {
  for (const double roll : {-60, -25, 10, 45}) {
    EXPECT_NEAR(frontality(head(0, 0, roll)), 1, 0.001) << roll;
    EXPECT_NEAR(frontality(head(45, 0, roll)), 0.5, 0.06) << roll;
  }
}

TEST(Frontality, ByHand) {
  // Eyes 40 apart, middle line at x 50; the nose 18 aside: tan = 18 / (0.45 x 40) = 1: 45 degrees.
  EXPECT_NEAR(frontality({{30, 40}, {70, 40}, {68, 60}, {35, 80}, {65, 80}}), 0.5, 0.001);
  EXPECT_EQ(frontality(kOnePoint), 0);
}

TEST(Level, OfAHeadThatNods) {
  EXPECT_GT(level(head(0)), 0.85);
  EXPECT_LT(level(head(0, 35)), 0.5);
  EXPECT_LT(level(head(0, -35)), 0.5);
  EXPECT_GT(level(head(0, 10, 30)), level(head(0, 30, 30)));
}

TEST(Level, ByHand) {
  // The nose at 0.54 of 40 is 21.6 below the eyes; at 0.69 half of the range of 0.3 is lost.
  EXPECT_NEAR(level({{30, 40}, {70, 40}, {50, 61.6F}, {35, 80}, {65, 80}}), 1, 0.001);
  EXPECT_NEAR(level({{30, 40}, {70, 40}, {50, 67.6F}, {35, 80}, {65, 80}}), 0.5, 0.001);
  EXPECT_EQ(level({{30, 40}, {70, 40}, {50, 100}, {35, 80}, {65, 80}}), 0);
  EXPECT_EQ(level(kOnePoint), 0);
  EXPECT_GE(level(kUpsideDown), 0) << "as a tilt by 180 degrees";
}

TEST(Proportion, OfAFrontalFaceWhereverHoweverLargeAndTilted) {
  EXPECT_GT(proportion(head(0)), 0.8);
  EXPECT_NEAR(proportion(head(0, 0, 40)), proportion(head(0)), 0.001);
  Landmarks large = head(0);
  for (Point* p : {&large.right_eye, &large.left_eye, &large.nose, &large.mouth_right, &large.mouth_left})
    *p = {3 * p->x - 77, 3 * p->y + 11};
  EXPECT_NEAR(proportion(large), proportion(head(0)), 0.001);
}

TEST(Proportion, OfWhatNoFaceHas) {
  EXPECT_LT(proportion(head(60)), 0.6) << "turned away: eyes close together";
  EXPECT_LT(proportion({{48, 40}, {52, 40}, {50, 60}, {48, 80}, {52, 80}}), 0.1) << "a line";
  EXPECT_LT(proportion({{30, 40}, {70, 40}, {50, 60}, {65, 80}, {35, 80}}), 0.3) << "crossed";
  EXPECT_LT(proportion({{30, 60}, {70, 60}, {50, 60}, {35, 60}, {65, 60}}), 0.3) << "flat";
  EXPECT_EQ(proportion(kOnePoint), 0);
}

TEST(Proportion, ByHand) {
  // The mean frontal face, 100 pixels between the eyes, its nose moved by 10 to the side. The error of the
  // best fit is a little less than 0.1 of one point in five: 0.1 / sqrt(5) = 0.045 of 0.4.
  EXPECT_NEAR(proportion({{-50, 0}, {50, 0}, {0, 54}, {-41.5F, 100}, {41.5F, 100}}), 1, 0.001);
  EXPECT_NEAR(proportion({{-50, 0}, {50, 0}, {10, 54}, {-41.5F, 100}, {41.5F, 100}}), 1 - 0.045 / 0.4, 0.015);
}

PatchFigures figures_of(const Drawn& drawn, const domain::Box& box) {
  FacePatch patch;
  EXPECT_TRUE(patch.read(box, drawn.frame));
  return measure(patch);
}

// Waves that are `length` times as long as the face is wide, along x, y.
Drawn waves(int width, double length_x, double length_y, double contrast = 40) {
  const double turn = 2 * std::numbers::pi;
  return Drawn(width + 20, width * 5 / 4 + 20, [=](int x, int y) {
    return 128 + contrast * std::sin(turn * (x - 9.5) / width / length_x) *
                     std::sin(turn * (y - 9.5) / width / length_y);
  });
}
float sharpness_of_waves(int width, double length_x, double length_y, double contrast = 40) {
  const auto side = static_cast<float>(width);
  return sharpness(figures_of(waves(width, length_x, length_y, contrast), {10, 10, side, side * 1.25F}));
}

TEST(Sharpness, DoesNotDependOnTheFacesPixels) {
  const float at_100 = sharpness_of_waves(100, 0.6, 0.6);
  EXPECT_GT(at_100, 0.2);
  EXPECT_LT(at_100, 0.8);
  for (const int width : {64, 150, 400, 1200})
    EXPECT_NEAR(sharpness_of_waves(width, 0.6, 0.6), at_100, 0.05) << width;
}

TEST(Sharpness, CoarserIsLess) {
  EXPECT_GT(sharpness_of_waves(100, 0.45, 0.45), sharpness_of_waves(100, 0.6, 0.6) + 0.1);
  EXPECT_GT(sharpness_of_waves(100, 0.6, 0.6), sharpness_of_waves(100, 0.8, 0.8) + 0.1);
  EXPECT_EQ(sharpness_of_waves(100, 50, 50), 0);
}

TEST(Sharpness, AMovementBlursOneDirection) {
  EXPECT_NEAR(sharpness_of_waves(100, 0.6, 0.25), sharpness_of_waves(100, 0.6, 0.6), 0.12);
  EXPECT_NEAR(sharpness_of_waves(100, 0.25, 0.6), sharpness_of_waves(100, 0.6, 0.6), 0.12);
}

TEST(Sharpness, DoesNotDependOnTheLight) {
  EXPECT_NEAR(sharpness_of_waves(100, 0.6, 0.6, 100), sharpness_of_waves(100, 0.6, 0.6, 40), 0.12);
}

float exposure_of(const std::function<double(int, int)>& luma) {
  return exposure(figures_of(Drawn(120, 150, luma), {12, 12, 96, 120}));
}

TEST(Exposure, OfDarkWhiteFlatAndHardPictures) {
  const auto around = [](double mean, double deviation) {
    return [=](int x, int y) { return mean + ((x / 6 + y / 6) % 2 == 0 ? deviation : -deviation); };
  };
  EXPECT_NEAR(exposure_of(around(120, 20)), 1, 0.001);
  EXPECT_EQ(exposure_of(around(8, 2)), 0) << "dark";
  EXPECT_EQ(exposure_of(around(253, 2)), 0) << "white";
  EXPECT_LT(exposure_of(around(35, 15)), 0.6) << "dim";
  EXPECT_EQ(exposure_of(around(120, 1)), 0) << "nothing to be seen";
  EXPECT_EQ(exposure_of(around(120, 100)), 0) << "black and white";
}

TEST(DarkEyes, BothMustBeDarkerThanTheBridge) {
  const Landmarks face{{40, 50}, {80, 50}, {60, 72}, {44, 92}, {77, 92}};
  const auto drawn_with = [](double right, double left) {
    return Drawn(140, 160, [=](int x, int y) {
      const auto near = [&](int ex) { return std::hypot(x - ex, y - 50) < 9; };
      return near(40) ? right : near(80) ? left : 150.0;
    });
  };
  const auto darkness = [&](double right, double left) {
    const Drawn drawn = drawn_with(right, left);
    FacePatch patch;
    EXPECT_TRUE(patch.read({20, 20, 80, 100}, drawn.frame));
    return dark_eyes(face, patch, measure(patch));
  };
  EXPECT_GT(darkness(60, 60), 0.95);
  EXPECT_NEAR(darkness(60, 150), 0.5, 0.05);
  EXPECT_NEAR(darkness(150, 60), 0.5, 0.05);
  EXPECT_LT(darkness(230, 230), 0.05) << "a negative";
  EXPECT_NEAR(darkness(150, 150), 0.5, 0.01) << "nothing to be seen";
}

TEST(Inside, ByHand) {
  EXPECT_FLOAT_EQ(inside({100, 100, 60, 80}, {640, 480}), 1);
  EXPECT_FLOAT_EQ(inside({0, 100, 60, 80}, {640, 480}), 0);
  EXPECT_FLOAT_EQ(inside({3, 100, 60, 80}, {640, 480}), 0.5F);
  EXPECT_FLOAT_EQ(inside({100, 0, 60, 80}, {640, 480}), 0);
  EXPECT_FLOAT_EQ(inside({577, 100, 60, 80}, {640, 480}), 0.5F);
  EXPECT_FLOAT_EQ(inside({100, 400, 60, 80}, {640, 480}), 0);
  EXPECT_EQ(inside({100, 100, std::nanf(""), 80}, {640, 480}), 0);
}

}  // namespace
}  // namespace vigia::shot
