#include "track/assign.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace vigia::track {
namespace {

constexpr float kFar = std::numeric_limits<float>::infinity();

}  // namespace

std::size_t Assigner::root(std::size_t node) {
  while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
  return node;
}

std::span<const int> Assigner::assign(std::size_t lefts, std::size_t rights, std::span<const Pair> pairs) {
  partner_.assign(lefts, kNobody);
  pairs_.clear();
  for (const Pair& pair : pairs) {
    if (pair.gain > 0 && pair.gain < kFar) pairs_.push_back(pair);
  }
  if (!pairs_.empty()) group(lefts, rights);
  return partner_;
}

// Finds the groups, and solves each.
void Assigner::group(std::size_t lefts, std::size_t rights) {
  parent_.resize(lefts + rights);
  std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  for (const Pair& pair : pairs_) parent_[root(pair.left)] = root(lefts + pair.right);
  order_.resize(lefts + rights);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  for (std::size_t& node : parent_) node = root(node);
  // Not a stable sort, which allocates each time: the members' own order decides between equals.
  std::ranges::sort(order_, {}, [&](std::size_t node) { return std::pair(parent_[node], node); });
  std::ranges::sort(pairs_, {}, [&](const Pair& pair) { return parent_[pair.left]; });
  place_.resize(lefts + rights);
  for (auto begin = order_.begin(); begin != order_.end();) {
    const auto end =
        std::find_if(begin, order_.end(), [&](std::size_t node) { return parent_[node] != parent_[*begin]; });
    const auto middle = std::find_if(begin, end, [&](std::size_t node) { return node >= lefts; });
    if (begin != middle && middle != end) solve({begin, middle}, {middle, end});
    begin = end;
  }
}

// Each row has an extra column of its own at no cost, so it need not be paired.
void Assigner::solve(std::span<const std::size_t> rows, std::span<const std::size_t> columns) {
  for (std::size_t i = 0; i < rows.size(); ++i) place_[rows[i]] = i;
  for (std::size_t i = 0; i < columns.size(); ++i) place_[columns[i]] = i;
  const std::size_t lefts = partner_.size(), width = columns.size() + rows.size();
  cost_.assign(rows.size() * width, kFar);
  for (std::size_t i = 0; i < rows.size(); ++i) cost_[i * width + columns.size() + i] = 0;
  const std::size_t here = parent_[rows.front()];
  const auto first =
      std::ranges::lower_bound(pairs_, here, {}, [&](const Pair& p) { return parent_[p.left]; });
  for (auto pair = first; pair != pairs_.end() && parent_[pair->left] == here; ++pair) {
    float& cost = cost_[place_[pair->left] * width + place_[lefts + pair->right]];
    cost = std::min(cost, -pair->gain);
  }
  row_price_.assign(rows.size(), 0);
  column_price_.assign(width, 0);
  row_of_.assign(width, kNobody);
  for (std::size_t row = 0; row < rows.size(); ++row) augment(row, width);
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (row_of_[column] == kNobody) continue;
    partner_[rows[static_cast<std::size_t>(row_of_[column])]] = static_cast<int>(columns[column] - lefts);
  }
}

// Finds the cheapest way to give one more row a column, moving others where that costs less.
void Assigner::augment(std::size_t row, std::size_t columns) {
  distance_.assign(columns, kFar);
  way_.assign(columns, kNobody);
  visited_.assign(columns, 0);
  int last = kNobody;  // the last column of the path so far
  float come = 0;
  std::size_t at = row;
  for (;;) {
    int next = kNobody;
    for (std::size_t column = 0; column < columns; ++column) {
      if (visited_[column] != 0) continue;
      const float through = come + cost_[at * columns + column] - row_price_[at] - column_price_[column];
      if (through < distance_[column]) {
        distance_[column] = through;
        way_[column] = last;
      }
      if (next == kNobody || distance_[column] < distance_[static_cast<std::size_t>(next)]) {
        next = static_cast<int>(column);
      }
    }
    last = next;
    const auto reached = static_cast<std::size_t>(next);
    visited_[reached] = 1;
    come = distance_[reached];
    if (row_of_[reached] == kNobody) break;
    at = static_cast<std::size_t>(row_of_[reached]);
  }
  row_price_[row] += come;
  for (std::size_t column = 0; column < columns; ++column) {
    if (visited_[column] == 0 || static_cast<int>(column) == last) continue;
    const float saved = come - distance_[column];
    row_price_[static_cast<std::size_t>(row_of_[column])] += saved;
    column_price_[column] -= saved;
  }
  for (int column = last; column != kNobody;) {
    const int before = way_[static_cast<std::size_t>(column)];
    row_of_[static_cast<std::size_t>(column)] =
        before == kNobody ? static_cast<int>(row) : row_of_[static_cast<std::size_t>(before)];
    column = before;
  }
}

}  // namespace vigia::track
