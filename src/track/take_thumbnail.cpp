#include "track/take_thumbnail.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace vigia::track {
namespace {

using domain::Frame;
using domain::PixelLayout;
using domain::Plane;
using domain::Sighting;
using domain::Size;
using domain::Thumbnail;

constexpr float kMargin = 0.3F;  // of the face's size, on each side
constexpr float kClearlyBetter = 1.3F;

struct Span {
  int first = 0, length = 0;
};
struct Area {
  Span x, y;
};
// A plane, or one of the two that are interleaved in it.
struct Samples {
  const std::uint8_t* data;
  int stride, step;
};

// At least one pixel inside 0..limit; from an even one on, where a sample of chroma begins.
Span span_of(float begin, float length, int limit) noexcept {
  const auto inside = [limit](float value) {
    return value > 0 ? static_cast<int>(std::min(value, static_cast<float>(limit))) : 0;  // 0 for NaN
  };
  const float margin = kMargin * length;
  const int first = std::min(inside(begin - margin), limit - 1) / 2 * 2;
  const int last = std::max(inside(std::ceil(begin + length + margin)), first + 1);
  return {first, last - first};
}

Span half(Span span) noexcept {
  return {span.first / 2, (span.length + 1) / 2};
}

// Even, so that chroma has exactly half of it.
int side_of(int length, int longer) noexcept {
  const int side = longer > Thumbnail::kSide ? length * Thumbnail::kSide / longer : length;
  return std::max(side / 2 * 2, 2);
}

// The place of the nth of 2 x `values` samples: in the middle of its share of the span.
int place_of(int n, int values, Span span) noexcept {
  return span.first + (2 * n + 1) * span.length / (4 * values);
}

// Returns the end of what it wrote.
std::uint8_t* shrink(const Samples& from, const Area& area, Size to, std::uint8_t* out) noexcept {
  std::array<std::ptrdiff_t, std::size_t{2} * Thumbnail::kSide> columns{};
  for (int i = 0; i < 2 * to.width; ++i) {
    columns[static_cast<std::size_t>(i)] = std::ptrdiff_t{place_of(i, to.width, area.x)} * from.step;
  }
  for (int y = 0; y < to.height; ++y) {
    const auto row = [&](int n) {
      return from.data + std::ptrdiff_t{place_of(n, to.height, area.y)} * from.stride;
    };
    const std::uint8_t* const above = row(2 * y);
    const std::uint8_t* const below = row(2 * y + 1);
    for (std::size_t x = 0; x < static_cast<std::size_t>(to.width); ++x) {
      const std::ptrdiff_t left = columns[2 * x];
      const std::ptrdiff_t right = columns[2 * x + 1];
      *out++ = static_cast<std::uint8_t>((above[left] + above[right] + below[left] + below[right] + 2) / 4);
    }
  }
  return out;
}

bool has_picture(const Frame& frame) noexcept {
  const auto& planes = frame.planes;
  const bool all = planes[0].data != nullptr && planes[1].data != nullptr &&
                   (planes[2].data != nullptr || frame.layout == PixelLayout::nv12);
  return all && frame.size.width > 0 && frame.size.height > 0;
}

float worth(const Sighting& face) noexcept {
  return face.quality.total * face.quality.total * face.detection.box.area();
}

}  // namespace

void take_thumbnail(const Frame& frame, const Sighting& face, Thumbnail& into) noexcept {
  into.sighting = face;
  into.captured = frame.captured;
  into.size = {};
  if (!has_picture(frame)) return;
  into.range = frame.range;
  into.matrix = domain::color_matrix(frame);

  const domain::Box& box = face.detection.box;
  const Area luma{span_of(box.left, box.width, frame.size.width),
                  span_of(box.top, box.height, frame.size.height)};
  const Area chroma{half(luma.x), half(luma.y)};
  const int longer = std::max(luma.x.length, luma.y.length);
  into.size = {side_of(luma.x.length, longer), side_of(luma.y.length, longer)};
  const Size half_size{into.size.width / 2, into.size.height / 2};

  const auto& planes = frame.planes;
  const bool interleaved = frame.layout == PixelLayout::nv12;
  const int step = interleaved ? 2 : 1;
  const Samples u{planes[1].data, planes[1].stride, step};
  const Samples v = interleaved ? Samples{planes[1].data + 1, planes[1].stride, step}
                                : Samples{planes[2].data, planes[2].stride, step};
  std::uint8_t* out = into.samples.data();
  out = shrink({planes[0].data, planes[0].stride, 1}, luma, into.size, out);
  out = shrink(u, chroma, half_size, out);
  shrink(v, chroma, half_size, out);
}

bool shows_better(const Sighting& face, const Sighting& kept) noexcept {
  if (face.rejected.has_value() != kept.rejected.has_value()) return !face.rejected;
  return worth(face) >= kClearlyBetter * worth(kept) && worth(face) > 0;
}

}  // namespace vigia::track
