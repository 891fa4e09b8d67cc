#include "bench/best_matching.h"

#include <limits>

namespace vigia::bench {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr double kFar = std::numeric_limits<double>::infinity();

Weights transposed(const Weights& weights) {
  Weights turned{weights.columns, weights.rows, std::vector<double>(weights.values.size())};
  for (std::size_t row = 0; row < weights.rows; ++row) {
    for (std::size_t column = 0; column < weights.columns; ++column) {
      turned.values[column * weights.rows + row] = weights.at(row, column);
    }
  }
  return turned;
}

// Minimises the negated weights. Potentials keep every reduced cost at least 0, so the shortest path from a
// new row to a free column is found as Dijkstra finds it.
class Matching {
 public:
  explicit Matching(const Weights& weights)
      : weights_(weights),
        row_of_(weights.columns, kNone),
        of_row_(weights.rows, 0),
        of_column_(weights.columns, 0) {}

  void add(std::size_t row) {
    const std::size_t columns = weights_.columns;
    std::vector<double> distance(columns, kFar);
    std::vector<std::size_t> before(columns, kNone);  // the column before it on the path; none: the new row
    std::vector<bool> done(columns, false);
    std::size_t from_row = row, from = kNone;
    double so_far = 0;
    std::vector<std::size_t> visited;
    while (true) {
      std::size_t nearest = kNone;
      for (std::size_t column = 0; column < columns; ++column) {
        if (done[column]) continue;
        const double reduced = -weights_.at(from_row, column) - of_row_[from_row] - of_column_[column];
        if (so_far + reduced < distance[column]) {
          distance[column] = so_far + reduced;
          before[column] = from;
        }
        if (nearest == kNone || distance[column] < distance[nearest]) nearest = column;
      }
      done[nearest] = true;
      so_far = distance[nearest];
      from = nearest;
      if (row_of_[nearest] == kNone) break;
      visited.push_back(nearest);
      from_row = row_of_[nearest];
    }
    of_row_[row] += so_far;
    for (const std::size_t column : visited) {
      of_row_[row_of_[column]] += so_far - distance[column];
      of_column_[column] -= so_far - distance[column];
    }
    for (std::size_t column = from; column != kNone; column = before[column]) {
      row_of_[column] = before[column] == kNone ? row : row_of_[before[column]];
    }
  }

  [[nodiscard]] double sum() const {
    double sum = 0;
    for (std::size_t column = 0; column < weights_.columns; ++column) {
      if (row_of_[column] != kNone) sum += weights_.at(row_of_[column], column);
    }
    return sum;
  }

 private:
  const Weights& weights_;
  std::vector<std::size_t> row_of_;  // by column
  std::vector<double> of_row_, of_column_;
};

}  // namespace

double best_matching(const Weights& weights) {
  if (weights.rows > weights.columns) return best_matching(transposed(weights));
  Matching matching(weights);
  for (std::size_t row = 0; row < weights.rows; ++row) matching.add(row);
  return matching.sum();
}

}  // namespace vigia::bench
