#include "track/luma_grid.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace vigia::track {
namespace {

constexpr int kLooks = 4;  // in each direction, for each value
using Places = std::array<int, std::size_t{kMaxGridSide} * kLooks>;

void places(float first, float step, int count, int limit, Places& into) noexcept {
  const auto last = static_cast<float>(limit - 1);
  for (int i = 0; i < count * kLooks; ++i) {
    const float at = first + (static_cast<float>(i) + 0.5F) * step / kLooks;
    into[static_cast<std::size_t>(i)] = at > 0 ? static_cast<int>(std::min(at, last)) : 0;  // 0 for NaN
  }
}

}  // namespace

void sample_luma(const domain::Frame& frame, const GridPlace& place, int side,
                 std::span<float> into) noexcept {
  Places columns;
  Places rows;
  places(place.left, place.step_x, side, frame.size.width, columns);
  places(place.top, place.step_y, side, frame.size.height, rows);
  const auto width = static_cast<std::size_t>(side);
  for (std::size_t y = 0; y < width; ++y) {
    std::array<int, kMaxGridSide> sums{};
    for (std::size_t k = 0; k < kLooks; ++k) {
      const std::uint8_t* const line =
          frame.planes[0].data + std::ptrdiff_t{rows[y * kLooks + k]} * frame.planes[0].stride;
      for (std::size_t x = 0; x < width; ++x) {
        const int* const at = &columns[x * kLooks];
        sums[x] += line[at[0]] + line[at[1]] + line[at[2]] + line[at[3]];
      }
    }
    for (std::size_t x = 0; x < width; ++x) {
      into[y * width + x] = static_cast<float>(sums[x]) / (kLooks * kLooks);
    }
  }
}

}  // namespace vigia::track
