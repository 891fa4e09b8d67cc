#include "appearance/difference.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vigia::appearance {
namespace {

// Medians between different people, over films with few backgrounds and with many, and between the two.
constexpr std::array<float, kParts> kTypical{0.57F, 0.29F, 0.66F, 0.47F, 0.56F};
constexpr float kNotThere = -1;

// Both histograms hold shares, so a perfect match is 1.
float colour_distance(const Colours& a, const Colours& b) noexcept {
  std::uint32_t dot = 0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += std::uint32_t{a[i]} * b[i];
  return 1 - static_cast<float>(dot) / (2 * 255.0F * 255.0F);
}

float colour_distance(const Views& a, const Views& b, bool View::*has, Colours View::*part) noexcept {
  constexpr std::size_t kNearest = 3;
  std::array<float, Views::kMost * Views::kMost> all;
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a[i].*has)) continue;
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (b[j].*has) all[count++] = colour_distance(a[i].*part, b[j].*part);
    }
  }
  if (count == 0) return kNotThere;
  const std::size_t nearest = std::min(kNearest, count);
  std::partial_sort(all.begin(), all.begin() + nearest, all.begin() + count);
  float sum = 0;
  for (std::size_t i = 0; i < nearest; ++i) sum += all[i];
  return std::sqrt(std::max(0.0F, sum / static_cast<float>(nearest)));
}

// Returns how many there were.
template <std::size_t Count>
int sum_up(const Views& views, bool View::*has, std::array<std::uint8_t, Count> View::*part,
           std::array<std::uint16_t, Count>& sums) noexcept {
  sums.fill(0);
  int count = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (!(views[i].*has)) continue;
    ++count;
    const auto& values = views[i].*part;
    for (std::size_t k = 0; k < Count; ++k) sums[k] = static_cast<std::uint16_t>(sums[k] + values[k]);
  }
  return count;
}

template <std::size_t Count>
float mean_distance(const Views& a, const Views& b, bool View::*has,
                    std::array<std::uint8_t, Count> View::*part) noexcept {
  std::array<std::uint16_t, Count> sums_a, sums_b;
  if (sum_up(a, has, part, sums_a) == 0 || sum_up(b, has, part, sums_b) == 0) return kNotThere;
  constexpr std::size_t kRun = 36;  // products of so many fit; it divides both lengths
  static_assert(Count % kRun == 0);
  std::uint64_t dot = 0, square_a = 0, square_b = 0;
  for (std::size_t from = 0; from < Count; from += kRun) {
    std::uint32_t run = 0, run_a = 0, run_b = 0;
    for (std::size_t k = from; k < from + kRun; ++k) {
      run += std::uint32_t{sums_a[k]} * sums_b[k];
      run_a += std::uint32_t{sums_a[k]} * sums_a[k];
      run_b += std::uint32_t{sums_b[k]} * sums_b[k];
    }
    dot += run;
    square_a += run_a;
    square_b += run_b;
  }
  if (square_a == 0 || square_b == 0) return square_a == square_b ? 0.0F : 1.0F;
  const double cosine =
      static_cast<double>(dot) / std::sqrt(static_cast<double>(square_a) * static_cast<double>(square_b));
  return static_cast<float>(std::sqrt(std::max(0.0, 1 - cosine)));
}

}  // namespace

void Views::add(const View& view) noexcept {
  if (size_ < kMost) {
    views_[size_++] = view;
  } else {
    views_[next_] = view;
    next_ = (next_ + 1) % kMost;
  }
}

std::array<float, kParts> distances(const Views& a, const Views& b) noexcept {
  return {colour_distance(a, b, &View::has_torso_colours, &View::torso_colours),
          colour_distance(a, b, &View::has_head_colours, &View::head_colours),
          mean_distance(a, b, &View::has_face, &View::face),
          mean_distance(a, b, &View::has_head_outline, &View::head_outline),
          mean_distance(a, b, &View::has_torso_outline, &View::torso_outline)};
}

std::optional<Difference> difference(const Views& a, const Views& b) noexcept {
  const std::array<float, kParts> parts = distances(a, b);
  Difference found;
  float sum = 0;
  for (std::size_t i = 0; i < kParts; ++i) {
    if (parts[i] < 0) continue;
    ++found.parts;
    sum += parts[i] / kTypical[i];
  }
  if (found.parts < kFewestParts) return std::nullopt;
  found.value = sum / static_cast<float>(found.parts);
  found.torso = parts[0] >= 0 || parts[4] >= 0;
  return found;
}

}  // namespace vigia::appearance
