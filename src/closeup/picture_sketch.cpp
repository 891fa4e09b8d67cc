#include "closeup/picture_sketch.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vigia::closeup {
namespace {

constexpr int kColumns = PictureSketch::kColumns, kRows = PictureSketch::kRows;
constexpr double kFlat = 1.5;  // deviation of 8-bit brightness below which a picture counts as flat

// The sum of the row's first `until` pixels, a fraction of the last one too.
class RowSums {
 public:
  RowSums(const std::uint8_t* row, int width) : row_(row), width_(width) {}

  // REQUIRES: not before the last one asked for.
  double up_to(double until) {
    const int whole = std::min(static_cast<int>(until), width_);
    std::uint32_t more = 0;
    for (; at_ < whole; ++at_) more += row_[at_];
    sum_ += more;
    return whole < width_ ? sum_ + (until - whole) * row_[whole] : sum_;
  }

 private:
  const std::uint8_t* const row_;
  const int width_;
  int at_ = 0;
  double sum_ = 0;
};

void add_row(const std::uint8_t* row, int width, float* values) {
  RowSums sums(row, width);
  double before = 0;
  for (int column = 0; column < kColumns; ++column) {
    const double now = sums.up_to(static_cast<double>(width) * (column + 1) / kColumns);
    values[column] += static_cast<float>((now - before) * kColumns / width);
    before = now;
  }
}

}  // namespace

PictureSketch sketch_of(const domain::Frame& frame) {
  PictureSketch sketch;
  const domain::Plane& luma = frame.planes[0];
  for (int row = 0; row < kRows; ++row) {
    float* const values = sketch.values.data() + static_cast<std::ptrdiff_t>(row) * kColumns;
    for (int i = 0; i < PictureSketch::kRowsRead; ++i) {
      const double place = (row + (i + 0.5) / PictureSketch::kRowsRead) / kRows;
      const int y = std::min(static_cast<int>(place * frame.size.height), frame.size.height - 1);
      add_row(luma.data + static_cast<std::ptrdiff_t>(y) * luma.stride, frame.size.width, values);
    }
  }
  double sum = 0, squares = 0;
  for (float& value : sketch.values) {
    value /= PictureSketch::kRowsRead;
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double count = static_cast<double>(sketch.values.size()), mean = sum / count;
  const double deviation = std::sqrt(std::max(squares / count - mean * mean, 0.0));
  const bool is_flat = deviation < kFlat;
  for (float& value : sketch.values) {
    value = is_flat ? 0 : static_cast<float>((value - mean) / deviation);
  }
  return sketch;
}

double likeness(const PictureSketch& a, const PictureSketch& b) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += static_cast<double>(a.values[i]) * b.values[i];
  return sum / static_cast<double>(a.values.size());
}

}  // namespace vigia::closeup
