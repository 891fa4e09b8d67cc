#include "detect/plane_scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace vigia::detect {
namespace {

// Boxes of more values than this would not fit into 16 bits.
constexpr double kBoxMax = 16;

bool is_whole(double value) {
  return value == std::floor(value);
}

std::size_t at(int i) {
  return static_cast<std::size_t>(i);
}

}  // namespace

void PlaneScaler::lay_axis(Axis& axis, const Stretch& stretch) {
  const auto [begin, length, source, outputs] = stretch;
  const double step = length / outputs;
  const int lowest = static_cast<int>(std::floor(begin));
  const int highest = std::min(static_cast<int>(std::ceil(begin + length)), source) - 1;
  axis.begin = lowest;
  axis.end = highest + 1;
  // Boxes of `step` values touch this many at most; two are enough to interpolate.
  axis.taps = std::min(step >= 1 ? static_cast<int>(std::ceil(step)) + 1 : 2, highest - lowest + 1);
  if (is_whole(step) && is_whole(begin)) axis.taps = static_cast<int>(step);
  const std::size_t filled_up = at((outputs + kMixedRows - 1) / kMixedRows * kMixedRows);
  axis.first.assign(filled_up, 0);
  axis.weights.assign(filled_up * at(axis.taps), 0.0F);
  for (int i = 0; i < outputs; ++i) {
    const double from = begin + i * length / outputs;
    const double centre = from + step / 2 - 0.5;
    const bool shrinks = step >= 1;
    const int first = static_cast<int>(std::floor(shrinks ? from : centre));
    const int start = std::clamp(first, lowest, std::max(lowest, highest + 1 - axis.taps));
    axis.first[at(i)] = start - lowest;
    float* weights = axis.weights.data() + static_cast<std::ptrdiff_t>(i) * axis.taps;
    const auto add = [&](int value, double weight) {
      const int tap = std::clamp(value, lowest, highest) - start;
      weights[std::clamp(tap, 0, axis.taps - 1)] += static_cast<float>(weight);
    };
    if (shrinks) {
      const double to = begin + (i + 1) * length / outputs;
      for (int value = first; value < to; ++value) {
        add(value, (std::min<double>(value + 1, to) - std::max<double>(value, from)) / step);
      }
    } else {
      const double part = centre - std::floor(centre);
      add(first, 1 - part);
      add(first + 1, part);
    }
  }
}

PlaneScaler::Way PlaneScaler::way() const {
  if (!is_whole(columns_.begin) || !is_whole(rows_.begin)) return Way::mixture;
  const double across = columns_.length / columns_.outputs;
  const double down = rows_.length / rows_.outputs;
  if (across == 1.5 && down == 1.5) return Way::three_halves;
  const auto fits = [](double step) { return is_whole(step) && step >= 1 && step <= kBoxMax; };
  return fits(across) && fits(down) ? Way::whole_boxes : Way::mixture;
}

void PlaneScaler::lay(const Stretch& columns, const Stretch& rows) {
  if (columns == columns_ && rows == rows_) return;
  columns_ = columns;
  rows_ = rows;
  way_ = way();
  if (way_ == Way::mixture) {
    lay_axis(across_, columns);
    lay_axis(down_, rows);
    area_ = 1;
    mixed_.resize(at(across_.end - across_.begin) * 2 * kMixedRows + kSlack);
    taken_.reserve(at(down_.taps) * kMixedRows);
    weights_.reserve(at(down_.taps) * kMixedRows);
    return;
  }
  // Halves are doubled: three by three quarters of a value.
  const bool halves = way_ == Way::three_halves;
  box_columns_ = halves ? 3 : static_cast<int>(columns.length / columns.outputs);
  box_rows_ = halves ? 3 : static_cast<int>(rows.length / rows.outputs);
  area_ = box_columns_ * box_rows_;
  sums_.resize(at(box_columns_) * at(columns.outputs) + kSlack);
  more_sums_.resize(sums_.size());
  taken_.reserve(at(box_rows_));
}

// The source rows that make one row of boxes. Halves: of three rows a, b, c come 2a + b and b + 2c.
void PlaneScaler::take_rows(const domain::Plane& plane, int row, std::size_t first_byte) {
  const std::uint8_t* begin =
      plane.data + static_cast<std::ptrdiff_t>(rows_.begin) * plane.stride + first_byte;
  taken_.clear();
  for (int i = row * box_rows_; i < (row + 1) * box_rows_; ++i) {
    const int source = way_ == Way::three_halves ? i / 2 : i;
    taken_.push_back(begin + static_cast<std::ptrdiff_t>(source) * plane.stride);
  }
}

void PlaneScaler::fold_sums(std::uint16_t* sums, int parts, float* to) const {
  if (way_ == Way::three_halves) {
    fold_three_halves(sums, at(columns_.outputs), to);
  } else {
    fold(sums, parts, at(columns_.outputs), to);
  }
}

void PlaneScaler::sum(const domain::Plane& plane, int row, float* to) {
  take_rows(plane, row, at(static_cast<int>(columns_.begin)));
  if (way_ == Way::whole_boxes && box_columns_ % 2 == 0) {
    sum_row_pairs(taken_, at(box_columns_) * at(columns_.outputs), sums_.data());
    return fold_sums(sums_.data(), box_columns_ / 2, to);
  }
  sum_rows(taken_, at(static_cast<int>(std::ceil(columns_.length))), sums_.data());
  fold_sums(sums_.data(), box_columns_, to);
}

void PlaneScaler::sum_interleaved(const domain::Plane& plane, int row, float* u, float* v) {
  take_rows(plane, row, 2 * at(static_cast<int>(columns_.begin)));
  sum_interleaved_rows(taken_, 2 * at(static_cast<int>(std::ceil(columns_.length))), sums_.data(),
                       more_sums_.data());
  fold_sums(sums_.data(), box_columns_, u);
  fold_sums(more_sums_.data(), box_columns_, v);
}

// kMixedRows rows at the source's width, `step` bytes a value, left in mixed_.
void PlaneScaler::mix(const domain::Plane& plane, int row, int step) {
  taken_.clear();
  weights_.clear();
  for (int i = row; i < row + kMixedRows; ++i) {
    const int output = std::min(i, rows_.outputs - 1);
    const float* weights = down_.weights.data() + static_cast<std::ptrdiff_t>(output) * down_.taps;
    for (int tap = 0; tap < down_.taps; ++tap) {
      const int source = down_.begin + down_.first[at(output)] + tap;
      taken_.push_back(plane.data + static_cast<std::ptrdiff_t>(source) * plane.stride +
                       static_cast<std::ptrdiff_t>(across_.begin) * step);
      weights_.push_back(weights[tap]);
    }
  }
  mix_rows(taken_, weights_.data(), at(across_.end - across_.begin) * at(step), mixed_.data());
}

Mixture PlaneScaler::mixture(int step) const {
  return {across_.first.data(), across_.weights.data(), across_.taps, step};
}

void PlaneScaler::scale(const domain::Plane& plane, int row, const Output& to) {
  if (way_ == Way::mixture) {
    mix(plane, row, 1);
    mix_columns(mixed_.data(), mixture(1), at(columns_.outputs), to.rows, to.pitch);
    return;
  }
  const int rows = std::min(kMixedRows, rows_.outputs - row);
  for (int i = 0; i < rows; ++i) sum(plane, row + i, to.rows + at(i) * to.pitch);
}

void PlaneScaler::scale_interleaved(const domain::Plane& plane, int row, const Output& u, const Output& v) {
  if (way_ == Way::mixture) {
    mix(plane, row, 2);
    mix_columns(mixed_.data(), mixture(2), at(columns_.outputs), u.rows, u.pitch);
    mix_columns(mixed_.data() + kMixedRows, mixture(2), at(columns_.outputs), v.rows, v.pitch);
    return;
  }
  const int rows = std::min(kMixedRows, rows_.outputs - row);
  for (int i = 0; i < rows; ++i)
    sum_interleaved(plane, row + i, u.rows + at(i) * u.pitch, v.rows + at(i) * v.pitch);
}

}  // namespace vigia::detect
