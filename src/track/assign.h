// Finds the best pairing of two groups, not the greedy one: that with the largest sum of gains, in which each
// member has at most one partner. Only the given pairs may be made, and only if they gain.
//
// Groups of pairs without common members are solved separately (even among many people most stand alone),
// each by shortest augmenting paths (Jonker and Volgenant 1987). Guarantee: the outcome does not depend on
// the order of the pairs, except between equal sums. Cost: the cube of n for a group of n; a single pair
// costs nothing. Memory is kept from call to call. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vigia::track {

struct Pair {
  std::size_t left = 0, right = 0;  // indices into the two groups
  float gain = 0;                   // > 0; pairs that gain nothing, or are NaN, are passed over
};

class Assigner {
 public:
  static constexpr int kNobody = -1;

  // For each member of the left group, the index of its partner, or kNobody. Valid until the next call.
  [[nodiscard]] std::span<const int> assign(std::size_t lefts, std::size_t rights,
                                            std::span<const Pair> pairs);

 private:
  std::size_t root(std::size_t node);
  void group(std::size_t lefts, std::size_t rights);
  void solve(std::span<const std::size_t> rows, std::span<const std::size_t> columns);
  void augment(std::size_t row, std::size_t columns);

  std::vector<int> partner_;
  std::vector<Pair> pairs_;          // that gain
  std::vector<std::size_t> parent_;  // connects members of a group, lefts before rights
  std::vector<std::size_t> order_;   // the members, group by group
  std::vector<float> cost_;          // of the group at hand: rows x columns, then a way out for each row
  std::vector<float> row_price_, column_price_, distance_;
  std::vector<int> row_of_, way_;
  std::vector<char> visited_;
  std::vector<std::size_t> place_;  // of each member in its group
};

}  // namespace vigia::track
