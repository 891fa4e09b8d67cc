// Shares, quantiles and the area under the curve, for weighted values. Pure functions.
#pragma once

#include <algorithm>
#include <vector>

namespace vigia::trial {

struct Weighed {
  double value, weight;
};
inline double total(const std::vector<Weighed>& all) {
  double sum = 0;
  for (const Weighed& one : all) sum += one.weight;
  return sum;
}
inline double share_below(const std::vector<Weighed>& all, double limit) {
  double sum = 0;
  for (const Weighed& one : all) sum += one.value < limit ? one.weight : 0;
  return sum / std::max(1e-9, total(all));
}
// REQUIRES: sorted by value.
inline double quantile(const std::vector<Weighed>& all, double share) {
  double sum = 0;
  const double enough = share * total(all);
  for (const Weighed& one : all) {
    sum += one.weight;
    if (sum > enough) return one.value;
  }
  return all.empty() ? 0 : all.back().value;
}
// The probability that a value of `same` is below one of `others`.
inline double area_under_curve(const std::vector<Weighed>& same, const std::vector<Weighed>& others) {
  double sum = 0;
  for (const Weighed& one : same) sum += one.weight * (1 - share_below(others, one.value));
  return sum / std::max(1e-9, total(same));
}

}  // namespace vigia::trial
