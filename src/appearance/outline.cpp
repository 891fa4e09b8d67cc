#include "appearance/outline.h"

#include <algorithm>
#include <cmath>

namespace vigia::appearance {
namespace {

constexpr int kSide = kOutlineSide;
constexpr int kCell = 8;
constexpr int kCells = kSide / kCell;
constexpr int kBlocks = kCells - 1;
constexpr std::size_t kDirections = 9;
constexpr float kCut = 0.2F;
constexpr float kQuiet = 3.6F;  // gradients of a block below which it counts as empty: noise of a plain wall
constexpr float kFull = 0.5F;   // of a block's length: 255

using Histogram = std::array<float, kDirections>;
using Line = std::array<float, kSide>;
using Cells = std::array<std::array<Histogram, kCells>, kCells>;

// The direction, 0..9 over half a turn; the arc tangent by a polynomial (Abramowitz and Stegun 4.4.49, within
// 0.0001 turns).
float direction_of(float x, float y) noexcept {
  const float across = std::abs(x), down = std::abs(y);
  const float ratio = std::min(across, down) / (std::max(across, down) + 1e-20F);
  const float square = ratio * ratio;
  float angle =
      ratio * (0.9998660F +
               square * (-0.3302995F + square * (0.1801410F + square * (-0.0851330F + square * 0.0208351F))));
  angle = down > across ? 1.5707963F - angle : angle;
  angle = (x < 0) != (y < 0) ? 3.1415927F - angle : angle;
  return std::clamp(angle * (kDirections / 3.1415927F), 0.0F, static_cast<float>(kDirections) - 1e-4F);
}

// Lengths and directions of the gradients of one row; at the edges against the edge itself.
void gradients_of(const float* above, const float* row, const float* below, Line& lengths,
                  Line& directions) noexcept {
  std::array<float, kSide + 2> wide;
  std::copy_n(row, kSide, wide.begin() + 1);
  wide[0] = row[0];
  wide[kSide + 1] = row[kSide - 1];
  for (std::size_t x = 0; x < kSide; ++x) {
    const float across = wide[x + 2] - wide[x];
    const float down = below[x] - above[x];
    lengths[x] = std::sqrt(across * across + down * down);
    directions[x] = direction_of(across, down);
  }
}

// The first of the two cells that a pixel lies between (from -1 on), and the share of the second.
struct Place {
  int first = 0;
  float share = 0;
};
Place cell_of(int pixel) noexcept {
  const int ahead = pixel + kCell / 2;
  return {ahead / kCell - 1, (static_cast<float>(ahead % kCell) + 0.5F) / kCell};
}

// A row's gradients, column by column, go into the two rows of cells around it.
using Columns = std::array<Histogram, kSide>;
void add_row(const Line& lengths, const Line& directions, float share, Columns& upper,
             Columns& lower) noexcept {
  for (std::size_t x = 0; x < kSide; ++x) {
    const float centred = directions[x] - 0.5F + kDirections;
    const auto floor = static_cast<std::size_t>(centred);
    const std::size_t first = floor >= kDirections ? floor - kDirections : floor;
    const std::size_t second = first + 1 == kDirections ? 0 : first + 1;
    const float to_second = lengths[x] * (centred - static_cast<float>(floor));
    const float to_first = lengths[x] - to_second;
    upper[x][first] += (1 - share) * to_first;
    upper[x][second] += (1 - share) * to_second;
    lower[x][first] += share * to_first;
    lower[x][second] += share * to_second;
  }
}

void gather(const Columns& columns, std::array<Histogram, kCells>& cells) noexcept {
  for (int x = 0; x < kSide; ++x) {
    const Place place = cell_of(x);
    for (const int side : {0, 1}) {
      const int cell = place.first + side;
      if (cell < 0 || cell >= kCells) continue;
      const float share = side == 1 ? place.share : 1 - place.share;
      for (std::size_t i = 0; i < kDirections; ++i)
        cells[static_cast<std::size_t>(cell)][i] += share * columns[static_cast<std::size_t>(x)][i];
    }
  }
}

Cells cells_of(const Patch<kSide>& grey) noexcept {
  std::array<Columns, kCells + 2> columns{};  // the first and the last row of cells are outside
  Line lengths, directions;
  for (int y = 0; y < kSide; ++y) {
    const auto row = [&](int at) {
      return grey.data() + std::ptrdiff_t{std::clamp(at, 0, kSide - 1)} * kSide;
    };
    gradients_of(row(y - 1), row(y), row(y + 1), lengths, directions);
    const Place place = cell_of(y);
    const auto upper = static_cast<std::size_t>(place.first + 1);
    add_row(lengths, directions, place.share, columns[upper], columns[upper + 1]);
  }
  Cells cells{};
  for (std::size_t y = 0; y < kCells; ++y) gather(columns[y + 1], cells[y]);
  return cells;
}

template <std::size_t Count>
void normalise(std::array<float, Count>& values, float quiet) noexcept {
  float squares = 0;
  for (const float value : values) squares += value * value;
  const float scale = 1 / (std::sqrt(squares) + quiet);
  for (float& value : values) value *= scale;
}

}  // namespace

void describe_outline(const Patch<kOutlineSide>& grey, Outline& out) noexcept {
  const Cells cells = cells_of(grey);
  std::uint8_t* next = out.data();
  for (std::size_t y = 0; y < kBlocks; ++y) {
    for (std::size_t x = 0; x < kBlocks; ++x) {
      std::array<float, 4 * kDirections> block;
      float* values = block.data();
      for (const auto* row : {&cells[y], &cells[y + 1]}) {
        values = std::ranges::copy((*row)[x], values).out;
        values = std::ranges::copy((*row)[x + 1], values).out;
      }
      normalise(block, kQuiet);
      for (float& value : block) value = std::min(value, kCut);
      normalise(block, 1e-3F);
      for (const float value : block)
        *next++ = static_cast<std::uint8_t>(255 * std::min(value / kFull, 1.0F) + 0.5F);
    }
  }
}

}  // namespace vigia::appearance
