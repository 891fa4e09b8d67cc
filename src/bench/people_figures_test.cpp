#include "bench/people_figures.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "bench/best_matching.h"

namespace vigia::bench {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr domain::Box kLeft{100, 100, 80, 100}, kRight{600, 100, 80, 100}, kWall{1000, 50, 60, 80};

// Two people who stand there for ten frames, the second one twice as large in the end, and a poster.
Truth two_and_a_poster() {
  Truth truth{.fps = 10, .size = {1280, 720}, .people = {{"anna"}, {"ben"}, {"poster", true}}, .frames = {}};
  for (int i = 0; i < 10; ++i) {
    domain::Box right = kRight;
    if (i == 9) right = {560, 50, 160, 200};
    truth.frames.push_back({{.who = 0, .face = kLeft}, {.who = 1, .face = right}, {.who = 2, .face = kWall}});
  }
  return truth;
}

Delivered at(double seconds, domain::Box face) {
  return {.stream_time = from_seconds(seconds), .face = face, .track = 0};
}

TEST(PeopleFiguresTest, EverybodyOnceIsNothingLostAndNothingAgain) {
  const std::vector shots{at(0.3, kLeft), at(0.9, {560, 50, 160, 200})};
  const PeopleDelivered figures = score_delivery(two_and_a_poster(), shots);
  EXPECT_EQ(figures.people, 2);
  EXPECT_EQ(figures.delivered, 2);
  EXPECT_THAT(figures.lost, IsEmpty());
  EXPECT_EQ(figures.again, 0);
  EXPECT_EQ(figures.nobody, 0);
  EXPECT_THAT(figures.size, DoubleNear(1, 1e-6));
}

TEST(PeopleFiguresTest, WhoIsMissingWhoCameTwiceAndWhatIsNobodyAreSaid) {
  const std::vector shots{at(0.3, kRight), at(0.5, kRight), at(0.5, kRight), at(0.2, kWall),
                          at(0.2, {5, 600, 50, 60})};
  const PeopleDelivered figures = score_delivery(two_and_a_poster(), shots);
  EXPECT_EQ(figures.delivered, 1);
  EXPECT_THAT(figures.lost, ElementsAre("anna"));
  EXPECT_EQ(figures.again, 2);
  EXPECT_EQ(figures.nobody, 2) << "the poster, and the shot of no face";
  EXPECT_THAT(figures.size, DoubleNear(0.5, 1e-6)) << "of the 200 pixels that could be had";
}

TEST(PeopleFiguresTest, AShotAfterTheFilmIsNobody) {
  const PeopleDelivered figures = score_delivery(two_and_a_poster(), std::vector{at(77, kLeft)});
  EXPECT_EQ(figures.nobody, 1);
}

TEST(PeopleFiguresTest, WhoIsCoveredDoesNotSetTheLargestSize) {
  Truth truth{.fps = 10, .size = {}, .people = {{"anna"}}, .frames = {}};
  truth.frames = {{{.who = 0, .face = kLeft}}, {{.who = 0, .face = {100, 100, 160, 200}, .visible = false}}};
  EXPECT_THAT(score_delivery(truth, std::vector{at(0, kLeft)}).size, DoubleNear(1, 1e-6));
}

std::vector<Joined> many(std::initializer_list<std::pair<Joined, int>> parts) {
  std::vector<Joined> all;
  for (const auto& [one, times] : parts) all.insert(all.end(), static_cast<std::size_t>(times), one);
  return all;
}

TEST(PeopleFiguresTest, OneTrackEachIsPerfect) {
  const JoiningFigures figures = score_joining(many({{{0, 7}, 10}, {{1, 8}, 20}}));
  EXPECT_EQ(figures.idf1, 1);
  EXPECT_EQ(figures.switches, 0);
  EXPECT_EQ(figures.fragments, 0);
  EXPECT_EQ(figures.merges, 0);
  EXPECT_EQ(figures.tracks_per_person, 1);
}

TEST(PeopleFiguresTest, TwoPeopleInOneTrackAreAMerge) {
  const JoiningFigures figures = score_joining(many({{{0, 7}, 10}, {{1, 7}, 30}}));
  EXPECT_EQ(figures.merges, 1);
  EXPECT_EQ(figures.fragments, 0);
  EXPECT_THAT(figures.idf1, DoubleNear(30.0 / 40, 1e-9)) << "only one of them can be the track's";
}

TEST(PeopleFiguresTest, OnePersonInThreeTracksIsTwoFragmentsAndTwoSwitches) {
  const JoiningFigures figures = score_joining(many({{{0, 1}, 10}, {{0, 2}, 20}, {{0, 3}, 10}}));
  EXPECT_EQ(figures.fragments, 2);
  EXPECT_EQ(figures.switches, 2);
  EXPECT_EQ(figures.tracks_per_person, 3);
  EXPECT_THAT(figures.idf1, DoubleNear(0.5, 1e-9));
}

TEST(PeopleFiguresTest, EachDetectionATrackOfItsOwnIsManyFragments) {
  std::vector<Joined> scattered;
  for (std::uint64_t i = 1; i <= 30; ++i) scattered.push_back({0, i});
  EXPECT_EQ(score_joining(scattered).fragments, 29);
}

TEST(PeopleFiguresTest, AStrayDetectionIsASwitchAndNoMerge) {
  const JoiningFigures figures = score_joining(many({{{0, 1}, 50}, {{1, 2}, 20}, {{1, 1}, 1}, {{1, 2}, 20}}));
  EXPECT_EQ(figures.merges, 0);
  EXPECT_EQ(figures.fragments, 0);
  EXPECT_EQ(figures.switches, 2);
}

TEST(PeopleFiguresTest, WhatIsInNoTrackIsMissed) {
  const JoiningFigures figures = score_joining(many({{{0, 1}, 30}, {{0, 0}, 10}}));
  EXPECT_THAT(figures.idf1, DoubleNear(2 * 30.0 / (40 + 30), 1e-9));
  EXPECT_EQ(figures.switches, 0);
}

TEST(PeopleFiguresTest, NobodyThereIsNoFigure) {
  EXPECT_EQ(score_joining({}).detections, 0U);
  EXPECT_EQ(score_delivery({}, {}).people, 0);
}

// By trying every order of the columns.
double best_by_trying(const Weights& weights) {
  std::vector<std::size_t> order(weights.columns);
  std::iota(order.begin(), order.end(), 0U);
  double best = 0;
  do {
    double sum = 0;
    for (std::size_t row = 0; row < weights.rows; ++row) {
      if (row < order.size()) sum += weights.at(row, order[row]);
    }
    best = std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(BestMatchingTest, FindsWhatTryingAllFinds) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    Weights weights{1 + random() % 5, 1 + random() % 6, {}};
    if (weights.rows > weights.columns) std::swap(weights.rows, weights.columns);
    for (std::size_t i = 0; i < weights.rows * weights.columns; ++i) {
      weights.values.push_back(random() % 3 == 0 ? 0.0 : static_cast<double>(random() % 50));
    }
    ASSERT_EQ(best_matching(weights), best_by_trying(weights)) << "round " << round;
    Weights turned{weights.columns, weights.rows, {}};
    for (std::size_t column = 0; column < weights.columns; ++column) {
      for (std::size_t row = 0; row < weights.rows; ++row) turned.values.push_back(weights.at(row, column));
    }
    ASSERT_EQ(best_matching(turned), best_matching(weights));
  }
  EXPECT_EQ(best_matching({}), 0);
}

}  // namespace
}  // namespace vigia::bench
