#include "track/assign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace vigia::track {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int> assigned(std::size_t lefts, std::size_t rights, const std::vector<Pair>& pairs) {
  Assigner assigner;
  const auto found = assigner.assign(lefts, rights, pairs);
  return {found.begin(), found.end()};
}

TEST(Assigner, TheBestSumNotTheBestPairFirst) {
  // Greedy takes (0, 0) for 10 and is left with nothing for the other.
  EXPECT_THAT(assigned(2, 2, {{0, 0, 10}, {0, 1, 9}, {1, 0, 9}}), ElementsAre(1, 0));
}

TEST(Assigner, NobodyIsPairedAgainstGain) {
  EXPECT_THAT(assigned(2, 1, {{0, 0, 0}, {1, 0, -3}}), Each(Assigner::kNobody));
  EXPECT_THAT(assigned(1, 1, {{0, 0, std::numeric_limits<float>::quiet_NaN()}}), Each(Assigner::kNobody));
  EXPECT_THAT(assigned(0, 0, {}), IsEmpty());
}

TEST(Assigner, OnePairWorthMoreThanTwoIsTakenAlone) {
  EXPECT_THAT(assigned(2, 2, {{0, 0, 1}, {0, 1, 10}, {1, 1, 2}}), ElementsAre(1, Assigner::kNobody));
}

TEST(Assigner, GroupsThatHaveNothingToDoWithEachOtherAreSolvedAlike) {
  EXPECT_THAT(assigned(4, 4, {{0, 3, 5}, {2, 1, 4}, {2, 0, 6}, {3, 0, 5}}),
              ElementsAre(3, Assigner::kNobody, 1, 0));
}

// Tries every pairing.
float best_sum(std::size_t left, std::size_t lefts, std::vector<char>& taken,
               const std::vector<Pair>& pairs) {
  if (left == lefts) return 0;
  float best = best_sum(left + 1, lefts, taken, pairs);
  for (const Pair& pair : pairs) {
    if (pair.left != left || !(pair.gain > 0) || taken[pair.right] != 0) continue;
    taken[pair.right] = 1;
    best = std::max(best, pair.gain + best_sum(left + 1, lefts, taken, pairs));
    taken[pair.right] = 0;
  }
  return best;
}

TEST(Assigner, IsTheBestOfAllWaysWhateverTheOrder) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> gain(-2, 10);
  Assigner assigner;
  for (int round = 0; round < 400; ++round) {
    const std::size_t lefts = random() % 7, rights = random() % 7;
    std::vector<Pair> pairs;
    for (std::size_t left = 0; left < lefts; ++left) {
      for (std::size_t right = 0; right < rights; ++right) {
        if (random() % 3 != 0) pairs.push_back({left, right, gain(random)});
      }
    }
    std::ranges::shuffle(pairs, random);
    const auto found = assigner.assign(lefts, rights, pairs);
    float sum = 0;
    std::vector<char> taken(rights, 0);
    for (std::size_t left = 0; left < lefts; ++left) {
      if (found[left] == Assigner::kNobody) continue;
      const auto right = static_cast<std::size_t>(found[left]);
      EXPECT_EQ(taken[right]++, 0);
      const auto pair =
          std::ranges::find_if(pairs, [&](const Pair& p) { return p.left == left && p.right == right; });
      ASSERT_NE(pair, pairs.end());
      sum += pair->gain;
    }
    std::vector<char> none(rights, 0);
    EXPECT_NEAR(sum, best_sum(0, lefts, none, pairs), 1e-3) << "round " << round;
  }
}

TEST(Assigner, ALargeCrowdIsSolved) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < 200; ++i) {
    for (std::size_t k = 0; k < 200; ++k) pairs.push_back({i, (i + k) % 200, k == 7 ? 2.0F : 1.0F});
  }
  const auto found = assigned(200, 200, pairs);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(found[i], static_cast<int>((i + 7) % 200));
}

}  // namespace
}  // namespace vigia::track
