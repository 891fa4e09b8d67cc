#include "appearance/patch.h"

#include <algorithm>
#include <cmath>

namespace vigia::appearance {
namespace {

constexpr int kMostSide = 128;
constexpr int kMostTaps = 10;    // pixels that one value is made of, along one axis
constexpr int kReadAll = 8;      // up to so many pixels a value, each is read
constexpr int kReadAtLeast = 4;  // of more than that
constexpr int kMostColumns = kMostSide * (kReadAll + 1) + 2;

// The pixels that make up one value: every step-th from `first` on, counted in the grid of the axis.
struct Taps {
  int first = 0, count = 0;
  std::array<float, kMostTaps> weights;
};
struct Axis {
  int step = 1;    // pixels between neighbours of the grid
  int origin = 0;  // pixel of the grid's place 0
  int places = 0;  // of the grid
  std::array<Taps, kMostSide> taps;
};

// The mean over begin..begin + extent, in places of the grid.
Taps mean_over(float begin, float extent) noexcept {
  Taps taps;
  taps.first = static_cast<int>(std::floor(begin));
  const int last = static_cast<int>(std::ceil(begin + extent)) - 1;
  taps.count = std::clamp(last - taps.first + 1, 1, kMostTaps);
  float sum = 0;
  for (int i = 0; i < taps.count; ++i) {
    const auto place = static_cast<float>(taps.first + i);
    const float covered = std::min(place + 1, begin + extent) - std::max(place, begin);
    sum += taps.weights[static_cast<std::size_t>(i)] = std::max(covered, 1e-6F);
  }
  for (int i = 0; i < taps.count; ++i) taps.weights[static_cast<std::size_t>(i)] /= sum;
  return taps;
}

Taps between_two(float centre) noexcept {
  Taps taps;
  const float place = centre - 0.5F;
  taps.first = static_cast<int>(std::floor(place));
  taps.count = 2;
  taps.weights[1] = place - static_cast<float>(taps.first);
  taps.weights[0] = 1 - taps.weights[1];
  return taps;
}

// Pixels outside 0..limit become those of the edge: their weights go there.
void keep_inside(Taps& taps, int first, int last) noexcept {
  Taps kept;
  kept.first = std::clamp(taps.first, first, last);
  kept.count = std::clamp(taps.first + taps.count - 1, first, last) - kept.first + 1;
  std::fill_n(kept.weights.begin(), kept.count, 0.0F);
  for (int i = 0; i < taps.count; ++i) {
    const int place = std::clamp(taps.first + i, first, last) - kept.first;
    kept.weights[static_cast<std::size_t>(place)] += taps.weights[static_cast<std::size_t>(i)];
  }
  taps = kept;
}

void lay(Axis& axis, float begin, float length, int side, int limit) noexcept {
  const float extent = length / static_cast<float>(side);
  axis.step = extent > kReadAll ? static_cast<int>(extent / kReadAtLeast) : 1;
  const int half = axis.step / 2;  // the pixel that stands for its neighbours is in the middle of them
  const auto step = static_cast<float>(axis.step);
  // Places of the grid that are inside the picture.
  const int last = std::max(0, (limit - 1 - half) / axis.step);
  int lowest = last, highest = 0;
  for (int i = 0; i < side; ++i) {
    Taps& taps = axis.taps[static_cast<std::size_t>(i)];
    const float from = (begin + static_cast<float>(i) * extent) / step;
    taps = extent > 1 ? mean_over(from, extent / step) : between_two(from + extent / 2);
    keep_inside(taps, 0, last);
    lowest = std::min(lowest, taps.first);
    highest = std::max(highest, taps.first + taps.count - 1);
  }
  for (int i = 0; i < side; ++i) axis.taps[static_cast<std::size_t>(i)].first -= lowest;
  axis.origin = std::min(lowest * axis.step + half, limit - 1);
  axis.places = highest - lowest + 1;
}

// A row's places, weighed and added to those of the rows before it.
void add_row(const std::uint8_t* row, std::ptrdiff_t step, int count, float weight, float* sums) noexcept {
  if (step == 1) {
    for (int i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(row[i]);
  } else {
    for (int i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(row[i * step]);
  }
}

}  // namespace

void resample(const Samples& from, const domain::Box& part, int side, float* out) noexcept {
  Axis columns, rows;
  lay(columns, part.left, part.width, side, from.size.width);
  lay(rows, part.top, part.height, side, from.size.height);
  std::array<float, kMostColumns> sums;
  const std::uint8_t* const corner = from.data + rows.origin * from.stride + columns.origin * from.step;
  for (int y = 0; y < side; ++y) {
    const Taps& down = rows.taps[static_cast<std::size_t>(y)];
    std::fill_n(sums.begin(), columns.places, 0.0F);
    for (int i = 0; i < down.count; ++i) {
      const std::ptrdiff_t row = std::ptrdiff_t{down.first + i} * rows.step;
      add_row(corner + row * from.stride, from.step * columns.step, columns.places,
              down.weights[static_cast<std::size_t>(i)], sums.data());
    }
    for (int x = 0; x < side; ++x) {
      const Taps& across = columns.taps[static_cast<std::size_t>(x)];
      const float* const first = sums.data() + across.first;
      float sum = 0;
      for (int i = 0; i < across.count; ++i) sum += across.weights[static_cast<std::size_t>(i)] * first[i];
      *out++ = sum;
    }
  }
}

}  // namespace vigia::appearance
