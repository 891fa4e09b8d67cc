#include "track/movement_extent.h"

#include <gtest/gtest.h>

#include <random>

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Box;

Box face_at(float x, float y, float side = 60) {
  return {x - side / 2, y - side / 2, side, side};
}
Nanoseconds frame_time(int frame, int fps) {
  return Nanoseconds(1'000'000'000LL * frame / fps);
}

// A face that trembles by +-2 pixels in every edge, for ten minutes.
float movement_of_poster(float side, int fps, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> tremble(-2, 2);
  const auto box = [&] {
    const float left = 300 + tremble(random), top = 200 + tremble(random);
    return Box{left, top, 300 + side + tremble(random) - left, 200 + side + tremble(random) - top};
  };
  MovementExtent path(box(), 0s);
  for (int i = 1; i < 600 * fps; ++i) path.update(box(), frame_time(i, fps));
  return path.movement();
}

TEST(MovementExtent, TremblingPosterStaysBelowATenthOfItsWidthForTenMinutes) {
  for (const int fps : {1, 5, 10, 30}) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      EXPECT_LT(movement_of_poster(60, fps, seed), 0.1F) << fps << " fps, seed " << seed;
    }
  }
}

// Predecessor's mistake: 2 pixels a frame at 30 fps were never "50 pixels since the last event".
TEST(MovementExtent, SlowWalkerMoves) {
  MovementExtent path(face_at(100, 200), 0s);
  for (int i = 1; i <= 90; ++i)
    path.update(face_at(100 + 2.0F * static_cast<float>(i), 200), frame_time(i, 30));
  EXPECT_GT(path.movement(), 2.0F);
  EXPECT_LT(path.movement(), 3.0F);
}

TEST(MovementExtent, WalkingTowardsTheCameraIsMovement) {
  MovementExtent path(face_at(300, 200, 60), 0s);
  for (int i = 1; i <= 60; ++i)
    path.update(face_at(300, 200, 60 + 0.5F * static_cast<float>(i)), frame_time(i, 30));
  EXPECT_GT(path.movement(), 0.3F);
}

// A turning head moves its box by a quarter of its width, and back.
TEST(MovementExtent, TurningTheHeadIsMovement) {
  MovementExtent path(face_at(300, 200, 80), 0s);
  for (int i = 1; i <= 60; ++i) {
    const float turn = 20 * std::sin(static_cast<float>(i) / 60 * 3.14F);
    path.update(face_at(300 + turn, 200, 80), frame_time(i, 30));
  }
  EXPECT_GT(path.movement(), 0.1F);
}

TEST(MovementExtent, TwoSightingsOfAFastWalkerAreMovement) {
  MovementExtent path(face_at(100, 200), 0s);
  path.update(face_at(150, 200), 100ms);
  EXPECT_GT(path.movement(), 0.3F);
}

TEST(MovementExtent, GoesOnWhereTheSamePersonWasFoundAgain) {
  MovementExtent before(face_at(100, 200), 0s), after(face_at(220, 200), 2s);
  before.append(after);
  EXPECT_NEAR(before.movement(), 2, 0.01);
}

TEST(MovementExtent, BoxWithoutAreaHasNoMovement) {
  MovementExtent path({10, 10, 0, 0}, 0s);
  path.update({90, 10, 0, 0}, 100ms);
  EXPECT_EQ(path.movement(), 0);
}

}  // namespace
}  // namespace vigia::track
