// Matches rows and columns one to one so that the sum of their weights is as large as possible: the
// assignment problem, solved by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987). Cost: rows
// x rows x columns, for rows <= columns. Threads: a pure function.
#pragma once

#include <cstddef>
#include <vector>

namespace vigia::bench {

// Weights of rows times columns, row by row, each at least 0.
struct Weights {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;

  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }
};

// The largest sum.
double best_matching(const Weights& weights);

}  // namespace vigia::bench
