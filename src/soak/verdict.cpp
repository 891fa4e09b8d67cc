#include "soak/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "memory/growth.h"

namespace vigia::soak {
namespace {

using Observations = std::span<const Observation>;

std::optional<int> median(std::vector<int> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Quarter quarter_of(Observations observations, double begin, double end) {
  Quarter quarter{.begin = begin, .end = end, .descriptors = {}, .threads = {}};
  std::vector<int> descriptors;
  std::vector<int> threads;
  double sum = 0;
  int count = 0;
  for (const Observation& at : observations) {
    if (at.seconds < begin || at.seconds > end) continue;
    sum += static_cast<double>(at.process.anonymous);
    ++count;
    quarter.resident = std::max(quarter.resident, at.process.resident);
    if (!at.quiet) continue;
    descriptors.push_back(at.process.descriptors);
    threads.push_back(at.process.threads);
  }
  if (count > 0) quarter.anonymous = static_cast<Bytes>(sum / count);
  quarter.descriptors = median(std::move(descriptors));
  quarter.threads = median(std::move(threads));
  return quarter;
}

// Means of whole rounds; a part of a round at the end is left out.
std::vector<memory::Sample> means(Observations observations, const Bounds& bounds) {
  std::vector<memory::Sample> all;
  double sum = 0;
  double sum_seconds = 0;
  int count = 0;
  double end = bounds.warm_up + bounds.round;
  for (const Observation& at : observations) {
    if (at.seconds < bounds.warm_up) continue;
    while (at.seconds >= end) {
      if (count > 0) all.push_back({sum_seconds / count, sum / count});
      sum = sum_seconds = 0;
      count = 0;
      end += bounds.round;
    }
    sum += static_cast<double>(at.process.anonymous);
    sum_seconds += at.seconds;
    ++count;
  }
  return all;
}

void judge_growth(Observations observations, const Bounds& bounds, Verdict& verdict) {
  const double seconds = observations.back().seconds - bounds.warm_up;
  const auto all = means(observations, bounds);
  if (seconds < Bounds::kLeastSeconds || all.size() < Bounds::kLeastMeans) {
    verdict.remarks.push_back(fmt::format(
        "too short for a verdict on slope: {:.0f} s after a warm-up of {:.0f} s; it takes {:.0f} s "
        "and {} rounds of {:.0f} s",
        std::max(0.0, seconds), bounds.warm_up, Bounds::kLeastSeconds, Bounds::kLeastMeans, bounds.round));
    return;
  }
  const memory::Slope slope = memory::fit_slope(all);
  const GrowthVerdict growth{slope.per_second * 3600, slope.error * 3600};
  verdict.growth = growth;
  const double sure = growth.per_hour - 2 * growth.error;
  if (sure > static_cast<double>(bounds.max_growth)) {
    verdict.failures.push_back(fmt::format(
        "memory grows by {} +- {} an hour: surely {} above the bound of {} (--max-growth)",
        format_bytes(static_cast<Bytes>(growth.per_hour)), format_bytes(static_cast<Bytes>(growth.error)),
        format_bytes(static_cast<Bytes>(sure) - bounds.max_growth), format_bytes(bounds.max_growth)));
  } else if (2 * growth.error > static_cast<double>(bounds.max_growth)) {
    verdict.remarks.push_back(fmt::format(
        "too noisy for a verdict on growth: {} +- {} an hour, where {} may be (--max-growth); a longer run "
        "is surer",
        format_bytes(static_cast<Bytes>(growth.per_hour)), format_bytes(static_cast<Bytes>(growth.error)),
        format_bytes(bounds.max_growth)));
  }
}

void judge_peak(Observations observations, const Bounds& bounds, Verdict& verdict) {
  for (const Observation& at : observations) verdict.peak = std::max(verdict.peak, at.process.peak);
  if (bounds.max_rss == 0) {
    verdict.remarks.emplace_back("no verdict on resident memory: its bound is not known (--max-rss)");
  } else if (verdict.peak > bounds.max_rss) {
    verdict.failures.push_back(fmt::format(
        "resident memory reached {}, {} more than the {} that may be (--max-rss)", format_bytes(verdict.peak),
        format_bytes(verdict.peak - bounds.max_rss), format_bytes(bounds.max_rss)));
  }
}

void judge_cameras(Observations observations, const Bounds& bounds, Verdict& verdict) {
  int most = 0;
  for (const Observation& at : observations) most = std::max(most, at.cameras_up);
  if (most >= bounds.cameras) return;
  verdict.failures.push_back(
      fmt::format("never were all {} cameras watched, at most {} at a time", bounds.cameras, most));
}

void judge_count(const char* what, std::optional<int> first, std::optional<int> last, int spare,
                 Verdict& verdict) {
  if (!first || !last) {
    verdict.remarks.push_back(
        fmt::format("no verdict on {}: no quiet moment in the {} quarter", what, first ? "last" : "first"));
  } else if (*last > *first + spare) {
    verdict.failures.push_back(fmt::format("{} rose from {} to {}, by {} more than the {} that may be", what,
                                           *first, *last, *last - *first - spare, spare));
  }
}

}  // namespace

Verdict judge(Observations observations, const Bounds& bounds) {
  Verdict verdict;
  if (observations.empty()) {
    verdict.failures.emplace_back(
        "nothing was seen of the program: it ran for less than a second, or /proc cannot be read");
    return verdict;
  }
  const double end = observations.back().seconds;
  const double begin = std::min(bounds.warm_up, end);
  for (std::size_t i = 0; i < verdict.quarters.size(); ++i) {
    const double step = (end - begin) / static_cast<double>(verdict.quarters.size());
    const double from = begin + step * static_cast<double>(i);
    verdict.quarters.at(i) = quarter_of(observations, from, from + step);
  }
  judge_cameras(observations, bounds, verdict);
  judge_peak(observations, bounds, verdict);
  judge_growth(observations, bounds, verdict);
  const Quarter& first = verdict.quarters.front();
  const Quarter& last = verdict.quarters.back();
  judge_count("open descriptors", first.descriptors, last.descriptors, bounds.spare_descriptors, verdict);
  judge_count("threads", first.threads, last.threads, bounds.spare_threads, verdict);
  return verdict;
}

}  // namespace vigia::soak
