#include "track/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace vigia::track {
namespace {

using domain::Box;
using domain::Sighting;
using domain::Size;
using ::testing::ElementsAre;

constexpr Size kHd{1280, 720};  // threshold 0.15; centres within 102.8 pixels

Sighting face(Box box) {
  Sighting sighting;
  sighting.detection.box = box;
  return sighting;
}
Candidate resting(Box box) {
  return {box, box};
}

std::vector<int> join(std::vector<Candidate> tracks, std::vector<Sighting> faces, double threshold = 0,
                      Size frame = kHd) {
  Joiner joiner(threshold);
  const auto joined = joiner.join(frame, tracks, faces);
  return {joined.begin(), joined.end()};
}

TEST(Overlap, IsIntersectionOverMeanArea) {
  EXPECT_FLOAT_EQ(overlap({0, 0, 10, 10}, {0, 0, 10, 10}), 1);
  EXPECT_FLOAT_EQ(overlap({0, 0, 10, 10}, {5, 0, 10, 10}), 0.5F);
  EXPECT_FLOAT_EQ(overlap({0, 0, 10, 10}, {0, 0, 20, 10}), 100 / 150.0F);
  EXPECT_EQ(overlap({0, 0, 10, 10}, {10, 0, 10, 10}), 0);
  EXPECT_EQ(overlap({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
}

TEST(Overlap, ThresholdFollowsTheFramesSizeUnlessSet) {
  EXPECT_FLOAT_EQ(overlap_threshold(0, {640, 480}), 0.2F);
  EXPECT_FLOAT_EQ(overlap_threshold(0, {1280, 720}), 0.15F);
  EXPECT_FLOAT_EQ(overlap_threshold(0, {1080, 1920}), 0.12F);
  EXPECT_FLOAT_EQ(overlap_threshold(0, {3840, 2160}), 0.1F);
  EXPECT_FLOAT_EQ(overlap_threshold(0.4, {3840, 2160}), 0.4F);
}

TEST(Joiner, JoinsByOverlapAndLeavesTheRestAlone) {
  EXPECT_THAT(join({resting({100, 100, 80, 80})}, {face({110, 100, 80, 80}), face({700, 100, 80, 80})}),
              ElementsAre(0, kNoTrack));
  EXPECT_THAT(join({}, {face({0, 0, 80, 80})}), ElementsAre(kNoTrack));
  EXPECT_THAT(join({resting({0, 0, 80, 80})}, {}), ElementsAre());
}

// The first face alone would take the track that fits the second one better.
TEST(Joiner, BestPairsFirstNotFacesFirst) {
  const std::vector<Candidate> tracks{resting({100, 100, 100, 100}), resting({160, 100, 100, 100})};
  EXPECT_THAT(join(tracks, {face({125, 100, 100, 100}), face({102, 100, 100, 100})}), ElementsAre(1, 0));
}

TEST(Joiner, OneFaceATrack) {
  EXPECT_THAT(join({resting({100, 100, 80, 80})}, {face({104, 100, 80, 80}), face({101, 100, 80, 80})}),
              ElementsAre(kNoTrack, 0));
}

TEST(Joiner, OutcomeDoesNotDependOnTheOrderOfFaces) {
  // Both are equally far from the track: the left one wins, wherever it stands in the list.
  const Sighting left = face({80, 100, 80, 80});
  const Sighting right = face({120, 100, 80, 80});
  EXPECT_THAT(join({resting({100, 100, 80, 80})}, {left, right}), ElementsAre(0, kNoTrack));
  EXPECT_THAT(join({resting({100, 100, 80, 80})}, {right, left}), ElementsAre(kNoTrack, 0));
}

TEST(Joiner, NearestCentreWithinSevenPercentOfTheDiagonal) {
  const auto track = resting({100, 100, 40, 40});
  EXPECT_THAT(join({track}, {face({202, 100, 40, 40})}), ElementsAre(0));
  EXPECT_THAT(join({track}, {face({204, 100, 40, 40})}), ElementsAre(kNoTrack));
  EXPECT_THAT(join({track, resting({300, 100, 40, 40})}, {face({195, 100, 40, 40})}), ElementsAre(0));
}

TEST(Joiner, CentresJoinOnlyFacesOfComparableSize) {
  EXPECT_THAT(join({resting({100, 100, 40, 40})}, {face({160, 100, 79, 79})}), ElementsAre(0));
  EXPECT_THAT(join({resting({100, 100, 40, 40})}, {face({160, 100, 85, 85})}), ElementsAre(kNoTrack));
  EXPECT_THAT(join({resting({100, 100, 85, 85})}, {face({190, 100, 40, 40})}), ElementsAre(kNoTrack));
}

TEST(Joiner, OverlapComesBeforeCentres) {
  // Nearer to the first track's centre, but only the second, a large face, overlaps enough.
  EXPECT_THAT(join({resting({100, 100, 40, 40}), resting({150, 60, 120, 120})}, {face({142, 100, 60, 60})}),
              ElementsAre(1));
}

TEST(Joiner, PredictedPlaceIsTrustedMoreThanTheLast) {
  // Two people, one behind the other, each a face's width on: where one is now, the other was before.
  const std::vector<Candidate> tracks{{.predicted = {200, 100, 100, 100}, .last = {100, 100, 100, 100}},
                                      {.predicted = {100, 100, 100, 100}, .last = {0, 100, 100, 100}}};
  EXPECT_THAT(join(tracks, {face({100, 100, 100, 100}), face({200, 100, 100, 100})}), ElementsAre(1, 0));
  EXPECT_THAT(join(tracks, {face({100, 100, 100, 100})}), ElementsAre(1));
}

TEST(Joiner, LastPlaceServesWhoHasStopped) {
  EXPECT_THAT(
      join({{.predicted = {600, 100, 80, 80}, .last = {100, 100, 80, 80}}}, {face({102, 100, 80, 80})}),
      ElementsAre(0));
}

TEST(Joiner, NumbersThatAreNoneJoinNothing) {
  const float nan = std::nanf("");
  EXPECT_THAT(join({resting({100, 100, 80, 80})}, {face({nan, nan, nan, nan}), face({100, 100, 80, 80})}),
              ElementsAre(kNoTrack, 0));
}

}  // namespace
}  // namespace vigia::track
