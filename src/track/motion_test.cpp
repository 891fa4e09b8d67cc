#include "track/motion.h"

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
  Motion motion(box(), 0s);
  for (int i = 1; i < 600 * fps; ++i) motion.update(box(), frame_time(i, fps));
  return motion.movement();
}

TEST(Motion, TremblingPosterStaysBelowATenthOfItsWidthForTenMinutes) {
  for (const int fps : {1, 5, 10, 30}) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      EXPECT_LT(movement_of_poster(60, fps, seed), 0.1F) << fps << " fps, seed " << seed;
    }
  }
}

// Predecessor's mistake: 2 pixels a frame at 30 fps were never "50 pixels since the last event".
TEST(Motion, SlowWalkerMoves) {
  Motion motion(face_at(100, 200), 0s);
  for (int i = 1; i <= 90; ++i)
    motion.update(face_at(100 + 2.0F * static_cast<float>(i), 200), frame_time(i, 30));
  EXPECT_GT(motion.movement(), 2.0F);
  EXPECT_LT(motion.movement(), 3.0F);
}

TEST(Motion, WalkingTowardsTheCameraIsMovement) {
  Motion motion(face_at(300, 200, 60), 0s);
  for (int i = 1; i <= 60; ++i)
    motion.update(face_at(300, 200, 60 + 0.5F * static_cast<float>(i)), frame_time(i, 30));
  EXPECT_GT(motion.movement(), 0.3F);
}

// A turning head takes its box along by a quarter of its width, and back.
TEST(Motion, TurningTheHeadIsMovement) {
  Motion motion(face_at(300, 200, 80), 0s);
  for (int i = 1; i <= 60; ++i) {
    const float turn = 20 * std::sin(static_cast<float>(i) / 60 * 3.14F);
    motion.update(face_at(300 + turn, 200, 80), frame_time(i, 30));
  }
  EXPECT_GT(motion.movement(), 0.1F);
}

TEST(Motion, TwoSightingsOfAFastWalkerAreMovement) {
  Motion motion(face_at(100, 200), 0s);
  motion.update(face_at(150, 200), 100ms);
  EXPECT_GT(motion.movement(), 0.3F);
}

TEST(Motion, PredictsConstantVelocityAndNoFurtherThanItCoasts) {
  Motion motion(face_at(100, 200), 0s);
  for (int i = 1; i <= 10; ++i) motion.update(face_at(100 + 20.0F * static_cast<float>(i), 200), i * 100ms);
  EXPECT_NEAR(motion.predict(1500ms).centre().x, 400, 1);
  EXPECT_NEAR(motion.predict(1700ms).centre().x, 440, 1);
  EXPECT_NEAR(motion.predict(60s).centre().x, 440, 1);
  EXPECT_FLOAT_EQ(motion.predict(60s).width, 60);
}

TEST(Motion, TremblingBoxIsNotTakenForFlying) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> tremble(-2, 2);
  Motion motion(face_at(300, 200), 0s);
  for (int i = 1; i <= 300; ++i) {
    motion.update(face_at(300 + tremble(random), 200 + tremble(random)), frame_time(i, 30));
    if (i < 10) continue;  // the first few cannot be told from a fast walker's
    EXPECT_LT(distance(motion.predict(frame_time(i, 30) + 700ms).centre(), {300, 200}), 30) << i;
  }
}

TEST(Motion, TwoSightingsAtTheSameTimeGiveNoVelocity) {
  Motion motion(face_at(100, 200), 1s);
  motion.update(face_at(120, 200), 1s);
  EXPECT_FLOAT_EQ(motion.predict(2s).centre().x, 120);
}

TEST(Motion, BoxWithoutAreaHasNoMovement) {
  Motion motion({10, 10, 0, 0}, 0s);
  motion.update({90, 10, 0, 0}, 100ms);
  EXPECT_EQ(motion.movement(), 0);
}

}  // namespace
}  // namespace vigia::track
