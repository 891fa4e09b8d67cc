#include "detect/letterbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

namespace vigia::detect {

domain::Region clip_region(const domain::Region& region, domain::Size picture) {
  if (region.whole()) return {0, 0, picture.width, picture.height};
  // In 64 bits, since a region from settings may have any size.
  const auto cut = [](std::int64_t from, std::int64_t length, std::int64_t limit) {
    const std::int64_t begin = std::clamp<std::int64_t>(from, 0, limit);
    const std::int64_t end = std::clamp<std::int64_t>(from + length, begin, limit);
    return std::pair(static_cast<int>(begin), static_cast<int>(end - begin));
  };
  const auto [left, width] = cut(region.left, region.width, picture.width);
  const auto [top, height] = cut(region.top, region.height, picture.height);
  return {left, top, width, height};
}

Status check_frame(const domain::Frame& frame) {
  const std::size_t planes = frame.layout == domain::PixelLayout::i420 ? 3 : 2;
  const bool there =
      std::all_of(frame.planes.begin(), frame.planes.begin() + static_cast<std::ptrdiff_t>(planes),
                  [](const domain::Plane& plane) { return plane.data != nullptr; });
  if (there && frame.size.width > 0 && frame.size.height > 0) return ok_status();
  return Error{ErrorCode::invalid, fmt::format("frame {}: {}x{} pixels, or a plane is missing",
                                               frame.sequence, frame.size.width, frame.size.height)};
}

Letterbox fit_letterbox(const domain::Region& region, domain::Size input) {
  const double scale = std::min(static_cast<double>(input.width) / region.width,
                                static_cast<double>(input.height) / region.height);
  const auto scaled = [scale](int length, int limit) {
    return std::clamp(static_cast<int>(std::lround(length * scale)), 1, limit);
  };
  return {region, {scaled(region.width, input.width), scaled(region.height, input.height)}};
}

namespace {

// The smallest of these parts of `whole` (begin, length) that holds the given one, and lies around it. It
// begins at a multiple of `step` where it can.
std::pair<int, int> enlarged(std::pair<int, int> part, std::pair<int, int> whole, int step,
                             std::span<const double> parts) {
  const int begin = (part.first - whole.first) / step * step;
  const int needed = part.first - whole.first + part.second - begin;
  int taken = whole.second;
  for (const double share : parts) {
    const int enough = static_cast<int>(std::lround(share * whole.second));
    if (enough >= needed) taken = std::min(taken, enough);
  }
  const int around = begin - (taken - needed) / 2 / step * step;
  return {whole.first + std::clamp(around, 0, whole.second - taken), taken};
}

}  // namespace

Letterbox close_letterbox(const Letterbox& whole, const domain::Region& part) {
  constexpr int kCoarsestCell = 32;  // pixels of the input
  constexpr std::array kWidths{0.4, 0.6};
  constexpr std::array kHeights{0.5};
  const domain::Region& region = whole.region;
  // The network's coarsest cells are where they are in the whole look, so it finds the same boxes.
  const auto cell = [](double scale) {
    return std::max(1, static_cast<int>(std::lround(kCoarsestCell * scale)));
  };
  const auto [left, width] =
      enlarged({part.left, part.width}, {region.left, region.width}, cell(whole.scale_x()), kWidths);
  const auto [top, height] =
      enlarged({part.top, part.height}, {region.top, region.height}, cell(whole.scale_y()), kHeights);
  const auto scaled = [](int length, double scale) {
    return std::max(1, static_cast<int>(std::lround(length / scale)));
  };
  return {{left, top, width, height}, {scaled(width, whole.scale_x()), scaled(height, whole.scale_y())}};
}

bool is_cut(const domain::Box& box, const domain::Region& part, const domain::Region& whole) {
  constexpr float kTouches = 1;
  const auto near = [](float edge, int of) { return std::abs(edge - static_cast<float>(of)) <= kTouches; };
  const int right = part.left + part.width;
  const int bottom = part.top + part.height;
  return (near(box.left, part.left) && part.left > whole.left) ||
         (near(box.top, part.top) && part.top > whole.top) ||
         (near(box.right(), right) && right < whole.left + whole.width) ||
         (near(box.bottom(), bottom) && bottom < whole.top + whole.height);
}

void Letterbox::to_frame(domain::Detection& detection) const {
  const auto x = [this](float value) { return static_cast<float>(region.left + value * scale_x()); };
  const auto y = [this](float value) { return static_cast<float>(region.top + value * scale_y()); };
  const auto cut_x = [&](float value) {
    return std::clamp(x(value), static_cast<float>(region.left),
                      static_cast<float>(region.left + region.width));
  };
  const auto cut_y = [&](float value) {
    return std::clamp(y(value), static_cast<float>(region.top),
                      static_cast<float>(region.top + region.height));
  };
  const domain::Box box = detection.box;
  const float left = cut_x(box.left);
  const float top = cut_y(box.top);
  detection.box = {left, top, cut_x(box.right()) - left, cut_y(box.bottom()) - top};
  if (!detection.landmarks) return;
  auto& marks = *detection.landmarks;
  for (domain::Point* point :
       {&marks.right_eye, &marks.left_eye, &marks.nose, &marks.mouth_right, &marks.mouth_left}) {
    *point = {x(point->x), y(point->y)};
  }
}

}  // namespace vigia::detect
