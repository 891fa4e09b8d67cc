#include "track/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Box;
using domain::Sighting;
using ::testing::Each;
using ::testing::ElementsAre;

Box face_at(float x, float y = 300, float side = 80) {
  return {x - side / 2, y - side / 2, side, side};
}
Sighting seen(const Box& box, bool weak = false) {
  Sighting sighting;
  sighting.detection.box = box;
  sighting.weak = weak;
  return sighting;
}
// A person who has stood at x for a second, seen 25 times, and is expected in the next frame.
Candidate standing(float x, float y = 300, bool can_ask = true) {
  Motion motion(face_at(x, y), 0s);
  for (int i = 1; i < 25; ++i) motion.update(face_at(x, y), i * 40ms, 40ms);
  return {motion.forecast(1s), can_ask};
}
// A person who walks from x on at `speed` pixels a second, expected `later` after a second of walking.
Candidate walking(float x, float speed, Nanoseconds later, bool can_ask = true) {
  Motion motion(face_at(x), 0s);
  for (int i = 1; i < 25; ++i) {
    motion.update(face_at(x + speed * 0.04F * static_cast<float>(i)), i * 40ms, 40ms);
  }
  return {motion.forecast(960ms + later), can_ask};
}

std::vector<int> joined(const std::vector<Candidate>& tracks, const std::vector<Sighting>& faces) {
  Joiner joiner;
  const auto found = joiner.join(tracks, faces);
  return {found.begin(), found.end()};
}

TEST(Joiner, AFaceWhereATrackExpectsOneContinuesIt) {
  EXPECT_THAT(
      joined({standing(100), standing(400)}, {seen(face_at(404)), seen(face_at(98)), seen(face_at(900))}),
      ElementsAre(1, 0, kNoTrack));
}

TEST(Joiner, AFaceThatHasJumpedIsNotJoinedAlthoughItOverlaps) {
  EXPECT_THAT(joined({standing(100)}, {seen(face_at(140))}), Each(kNoTrack));
}

TEST(Joiner, NobodyIsJoinedAfterAGapWhoCanBeAskedInstead) {
  EXPECT_THAT(joined({walking(100, 150, 600ms)}, {seen(face_at(334))}), Each(kNoTrack));
  EXPECT_THAT(joined({walking(100, 150, 600ms, false)}, {seen(face_at(334))}), ElementsAre(0));
}

TEST(Joiner, AnotherSizeIsAnotherPerson) {
  EXPECT_THAT(joined({standing(100)}, {seen(face_at(100, 300, 160))}), Each(kNoTrack));
}

TEST(Joiner, TheBestAssignmentNotTheNearestPair) {
  // The face at 110 is nearest to the second track, but the other face fits only that one.
  EXPECT_THAT(joined({standing(100), standing(112)}, {seen(face_at(109)), seen(face_at(119))}),
              ElementsAre(0, 1));
}

TEST(Joiner, TwoWhoWalkThroughEachOtherKeepTheirWays) {
  // Both are at 220 after a second; half a frame later their faces are 6 pixels apart.
  EXPECT_THAT(
      joined({walking(70, 150, 40ms), walking(370, -150, 40ms)}, {seen(face_at(226)), seen(face_at(214))}),
      ElementsAre(0, 1));
}

TEST(Joiner, OneFaceATrackOneTrackAFace) {
  EXPECT_THAT(joined({standing(100)}, {seen(face_at(103)), seen(face_at(99))}), ElementsAre(kNoTrack, 0));
  EXPECT_THAT(joined({standing(100), standing(106)}, {seen(face_at(101))}), ElementsAre(0));
}

TEST(Joiner, OutcomeDoesNotDependOnTheOrderOfFaces) {
  const std::vector<Candidate> tracks{standing(100), standing(120), standing(300)};
  std::vector<Sighting> faces{seen(face_at(108)), seen(face_at(116)), seen(face_at(300)), seen(face_at(90))};
  const auto by_place = [&] {
    const auto found = joined(tracks, faces);
    std::vector<std::pair<float, int>> pairs;
    for (std::size_t i = 0; i < faces.size(); ++i) pairs.emplace_back(faces[i].detection.box.left, found[i]);
    std::ranges::sort(pairs);
    return pairs;
  };
  const auto first = by_place();
  std::ranges::reverse(faces);
  EXPECT_EQ(by_place(), first);
}

TEST(Joiner, WeakDetectionsContinueWhoFoundNoOther) {
  EXPECT_THAT(joined({standing(100)}, {seen(face_at(102), true)}), ElementsAre(0));
  EXPECT_THAT(joined({standing(100)}, {seen(face_at(100), true), seen(face_at(106))}),
              ElementsAre(kNoTrack, 0));
}

TEST(Joiner, WeakDetectionsAreJoinedFromNearOnly) {
  EXPECT_THAT(joined({standing(100, 300, false)}, {seen(face_at(100 + 26))}), ElementsAre(0));
  EXPECT_THAT(joined({standing(100, 300, false)}, {seen(face_at(100 + 26), true)}), Each(kNoTrack));
}

TEST(Joiner, NumbersThatAreNoneJoinNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(joined({standing(100)},
                     {seen({nan, nan, 80, 80}), seen({60, 260, 0, 80}), seen({60, 260, nan, 80}, true)}),
              Each(kNoTrack));
}

}  // namespace
}  // namespace vigia::track
