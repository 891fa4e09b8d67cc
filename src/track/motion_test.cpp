#include "track/motion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Box;

Box face_at(float x, float y, float side = 60) {
  return {x - side / 2, y - side / 2, side, side};
}

// A person who walks to the right from x = 100, `speed` pixels a second, seen each `interval`.
Motion walker(float speed, Nanoseconds interval, int sightings) {
  Motion motion(face_at(100, 200), 0s);
  for (int i = 1; i < sightings; ++i) {
    const Nanoseconds now = i * interval;
    motion.update(face_at(100 + speed * static_cast<float>(to_seconds(now)), 200), now, interval);
  }
  return motion;
}

TEST(Motion, ExpectsAWalkerWhereTheWalkLeads) {
  for (const Nanoseconds interval : {40ms, 125ms, 500ms}) {
    const Motion motion = walker(180, interval, 12);
    const Nanoseconds then = 12 * interval;
    EXPECT_NEAR(motion.forecast(then).centre.x, 100 + 180 * to_seconds(then), 6) << interval.count();
    EXPECT_NEAR(motion.forecast(then).size, 60, 2);
  }
}

TEST(Motion, IsSureAboutTheNextFrameAndVagueAboutTheNextSeconds) {
  const Motion motion = walker(180, 40ms, 25);
  EXPECT_LT(motion.forecast(1000ms).spread(), 0.12F);
  EXPECT_GT(motion.forecast(2000ms).spread(), 1.0F);
  EXPECT_LT(motion.forecast(1000ms).spread(), motion.forecast(1200ms).spread());
}

TEST(Motion, SomebodyNewMayWalkInAnyDirection) {
  const Motion motion(face_at(100, 200), 0s);
  EXPECT_LT(motion.forecast(500ms).distance(face_at(280, 200)), 11.3F);  // 6 face sizes a second
  EXPECT_LT(motion.forecast(500ms).distance(face_at(-80, 200)), 11.3F);
  EXPECT_GT(motion.forecast(40ms).distance(face_at(280, 200)), 100.0F);
}

TEST(Motion, NearFacesMoveMorePixels) {
  Motion near(face_at(600, 300, 240), 0s), far(face_at(600, 300, 24), 0s);
  near.update(face_at(600, 300, 240), 40ms, 40ms);
  far.update(face_at(600, 300, 24), 40ms, 40ms);
  EXPECT_LT(near.forecast(80ms).distance(face_at(625, 300, 240)), 9.0F);
  EXPECT_GT(far.forecast(80ms).distance(face_at(625, 300, 24)), 20.0F);
}

TEST(Motion, AGapIsLedThroughSoThatItsOwnVelocityCounts) {
  // Walks right, turns round out of sight, and is found again further left.
  Motion motion = walker(180, 40ms, 25);
  motion.update(face_at(154, 200), 1960ms, 40ms);  // 1 s later, 118 pixels back
  EXPECT_LT(motion.forecast(2000ms).centre.x, 154);
}

TEST(Motion, WeakDetectionsCountLess) {
  Motion trusted = walker(0, 40ms, 25), doubted = trusted;
  trusted.update(face_at(112, 200), 1000ms, 40ms);
  doubted.update(face_at(112, 200), 1000ms, 40ms, 3);
  EXPECT_GT(trusted.forecast(1040ms).centre.x, doubted.forecast(1040ms).centre.x);
}

TEST(Motion, ComesNearerAndIsExpectedLarger) {
  Motion motion(face_at(640, 360, 40), 0s);
  for (int i = 1; i <= 40; ++i) {
    motion.update(face_at(640, 360, 40 * std::exp(0.012F * static_cast<float>(i))), i * 40ms, 40ms);
  }
  EXPECT_NEAR(motion.forecast(1800ms).size, 40 * std::exp(0.012F * 45), 2);
  EXPECT_LT(motion.forecast(60s).size, 2 * motion.forecast(1600ms).size);
}

TEST(Motion, SightingsAreAboutAsFarFromTheForecastAsItSays) {
  std::mt19937 random(3);
  std::normal_distribution<float> tremble(0, 2);
  Motion motion(face_at(300, 300), 0s);
  double sum = 0;
  for (int i = 1; i <= 500; ++i) {
    const Box box = face_at(300 + 3 * static_cast<float>(i) + tremble(random), 300 + tremble(random),
                            60 * std::exp(tremble(random) * 0.015F));
    if (i > 20) sum += motion.forecast(i * 40ms).distance(box);
    motion.update(box, i * 40ms, 40ms);
  }
  EXPECT_GT(sum / 480, 0.3);  // 3 if all were as noisy as is assumed: careful by design, but not by an order
  EXPECT_LT(sum / 480, 3.5);
}

TEST(Motion, NumbersThatAreNoneAreFar) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Motion motion = walker(100, 40ms, 5);
  EXPECT_FALSE(motion.forecast(200ms).distance({nan, 0, 60, 60}) <= 1e9F);
  EXPECT_FALSE(motion.forecast(200ms).distance({100, 170, 0, 60}) <= 1e9F);
  Motion flat({10, 10, 0, 0}, 0s);
  flat.update({90, 10, 0, 0}, 0s, 0s);
  EXPECT_TRUE(std::isfinite(flat.forecast(1s).centre.x));
}

}  // namespace
}  // namespace vigia::track
