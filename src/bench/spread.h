// Several measurements of one thing. A value.
#pragma once

#include <algorithm>
#include <vector>

namespace vigia::bench {

struct Spread {
  double median = 0, min = 0, max = 0;
};

// The median of an even number lies in the middle of the two middle ones; nothing measured gives zeros.
inline Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

}  // namespace vigia::bench
