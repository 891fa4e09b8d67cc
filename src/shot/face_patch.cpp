#include "shot/face_patch.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vigia::shot {
namespace {

using domain::Box;
using domain::ColorRange;
using domain::Frame;
using domain::Point;

constexpr float kLimitedBlack = 16;
constexpr float kLimitedToFull = 255.0F / 219.0F;
constexpr float kWeights =
    256;  // of the rows of one row of the patch: with 8-bit luma their sum fits 16 bits

// Where a patch's pixel begins and ends, in pixels of the frame.
struct Window {
  float begin = 0, end = 0;
};
Window window(float start, float cell, int index, int limit) {
  const float centre = start + (static_cast<float>(index) + 0.5F) * cell;
  const float half = std::max(cell, 1.0F) / 2;
  const auto last = static_cast<float>(limit);
  const float begin = std::clamp(centre - half, 0.0F, last - 1);
  return {begin, std::clamp(centre + half, begin + 1e-3F, last)};
}

// Some columns of the frame, every `step`th, summed up over the rows of one row of the patch.
struct Columns {
  int first = 0, count = 0, step = 1;
  std::array<std::uint16_t, kColumnsRead> sums{};
  std::array<std::int64_t, kColumnsRead + 1> totals{};  // [i]: of the columns before i

  void add(const std::uint8_t* row, unsigned weight) {
    const std::uint8_t* from = row + first;
    std::uint16_t* to = sums.data();
    const int n = count;
    const std::ptrdiff_t s = step;
    if (s == 1) {
      for (int i = 0; i < n; ++i) to[i] = static_cast<std::uint16_t>(to[i] + from[i] * weight);
    } else {
      for (int i = 0; i < n; ++i) to[i] = static_cast<std::uint16_t>(to[i] + from[i * s + s / 2] * weight);
    }
  }
  void sum_up() {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      totals[i] = total;
      total += sums[i];
    }
    totals[static_cast<std::size_t>(count)] = total;
  }
};

// The weighted sum of the frame's rows that the window covers.
void add_rows(const Window& rows, const Frame& frame, Columns& columns) {
  std::fill_n(columns.sums.begin(), columns.count, std::uint16_t{0});
  const auto first = static_cast<int>(rows.begin);
  const int last = std::max(std::min(static_cast<int>(std::ceil(rows.end)), frame.size.height), first + 1);
  const auto row = [&](int y) {
    return frame.planes[0].data + static_cast<std::ptrdiff_t>(y) * frame.planes[0].stride;
  };
  if (last - first > kRowsRead) {
    for (int i = 0; i < kRowsRead; ++i) {
      const unsigned weight =
          256U * static_cast<unsigned>(i + 1) / kRowsRead - 256U * static_cast<unsigned>(i) / kRowsRead;
      columns.add(row(first + (2 * i + 1) * (last - first) / (2 * kRowsRead)), weight);
    }
    return;
  }
  unsigned given = 0;
  for (int y = first; y < last; ++y) {  // the weights add up to kWeights, whatever is rounded
    const float covered =
        (std::min(static_cast<float>(y + 1), rows.end) - rows.begin) / (rows.end - rows.begin);
    const auto until = y + 1 == last ? static_cast<unsigned>(kWeights)
                                     : static_cast<unsigned>(std::lround(covered * kWeights));
    if (until > given) columns.add(row(y), until - given);
    given = std::max(given, until);
  }
}

// The sum of the columns before a place between them, times kParts.
constexpr std::int64_t kParts = 256;  // of a column
struct Place {
  std::size_t column = 0;
  std::int64_t parts = 0;  // of that column

  [[nodiscard]] std::int64_t before(const Columns& columns) const {
    return columns.totals[column] * kParts + columns.sums[column] * parts;
  }
};
Place place(float at, const Columns& columns) {
  const float x = std::clamp((at - static_cast<float>(columns.first)) / static_cast<float>(columns.step),
                             0.0F, static_cast<float>(columns.count));
  const auto column = std::min(static_cast<std::size_t>(x), static_cast<std::size_t>(columns.count - 1));
  return {column, std::lround((x - static_cast<float>(column)) * static_cast<float>(kParts))};
}

// The columns of one column of the patch.
struct Between {
  Place begin, end;
  float weight = 1;  // of the sum between them
};
using Across = std::array<Between, kPatchWidth>;

Across divide(const Box& face, const Frame& frame, const Columns& columns) {
  Across across;
  for (int x = 0; x < kPatchWidth; ++x) {
    const Window at = window(face.left, face.width / kPatchWidth, x, frame.size.width);
    Between& between = across[static_cast<std::size_t>(x)];
    between = {place(at.begin, columns), place(at.end, columns), 1};
    const std::int64_t parts = static_cast<std::int64_t>(between.end.column - between.begin.column) * kParts +
                               between.end.parts - between.begin.parts;
    between.weight = 1 / (kWeights * static_cast<float>(std::max<std::int64_t>(parts, 1)));
  }
  return across;
}

Box inside(const Box& box, const Frame& frame) {
  const auto clip = [](float value, int size) {
    return value > 0 ? std::min(value, static_cast<float>(size)) : 0.0F;  // 0 for NaN
  };
  const float left = clip(box.left, frame.size.width);
  const float top = clip(box.top, frame.size.height);
  return {left, top, clip(box.right(), frame.size.width) - left, clip(box.bottom(), frame.size.height) - top};
}

}  // namespace

bool FacePatch::read(const Box& box, const Frame& frame) {
  const Box face = inside(box, frame);
  if (!(face.width >= 3 && face.height >= 3)) return false;
  read_ = face;
  Columns columns;
  columns.first = std::max(static_cast<int>(face.left) - 1, 0);
  const int width = std::min(static_cast<int>(std::ceil(face.right())) + 1, frame.size.width) - columns.first;
  columns.step = (width + kColumnsRead - 1) / kColumnsRead;
  columns.count = width / columns.step;
  const Across across = divide(face, frame, columns);

  const bool limited = frame.range == ColorRange::limited;
  const float scale = limited ? kLimitedToFull : 1.0F;
  const float black = limited ? kLimitedBlack : 0.0F;
  float* to = luma_.data();
  for (int y = 0; y < kPatchHeight; ++y) {
    add_rows(window(face.top, face.height / kPatchHeight, y, frame.size.height), frame, columns);
    columns.sum_up();
    for (const Between& between : across) {
      const std::int64_t sum = between.end.before(columns) - between.begin.before(columns);
      const float luma = static_cast<float>(sum) * between.weight - black;
      *to++ = std::clamp(luma * scale, 0.0F, 255.0F);
    }
  }
  return true;
}

float FacePatch::mean_around(Point point, float radius) const {
  const auto range = [](float centre, float half, int size) {
    const float last = static_cast<float>(size - 1);
    const float begin = centre - half > 0 ? std::min(centre - half, last) : 0.0F;  // 0 for NaN
    const float end = centre + half > begin ? std::min(centre + half, last) : begin;
    return std::pair(static_cast<int>(std::lround(begin)), static_cast<int>(std::lround(end)));
  };
  const float scale_x = kPatchWidth / std::max(read_.width, 1.0F);
  const float scale_y = kPatchHeight / std::max(read_.height, 1.0F);
  const auto [left, right] = range((point.x - read_.left) * scale_x - 0.5F, radius * scale_x, kPatchWidth);
  const auto [top, bottom] = range((point.y - read_.top) * scale_y - 0.5F, radius * scale_y, kPatchHeight);
  float sum = 0;
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) sum += at(x, y);
  }
  return sum / static_cast<float>((bottom - top + 1) * (right - left + 1));
}

}  // namespace vigia::shot
