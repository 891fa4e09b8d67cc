#include "sim/brush.h"

#include <algorithm>
#include <cmath>

namespace vigia::sim {
namespace {

std::array<std::uint8_t, 3> bytes_of(const Colour& colour) {
  return {to_byte(colour.blue), to_byte(colour.green), to_byte(colour.red)};
}

int rounded(float value) {
  return static_cast<int>(std::lround(value));
}

}  // namespace

Brush::Brush(const domain::Box& area, float scale, const Colour& ground)
    : area_(area),
      scale_(scale),
      colour_(rounded(area.width * scale), rounded(area.height * scale), bytes_of(ground)),
      alpha_(colour_.width, colour_.height, 255) {}

std::vector<Outline> Brush::in_pixels(std::span<const Outline> outlines, int left, int top) const {
  std::vector<Outline> moved;
  for (const Outline& outline : outlines) {
    Outline& corners = moved.emplace_back();
    for (const Point p : outline) {
      corners.push_back({(p.x - area_.left) * scale_ - static_cast<float>(left),
                         (p.y - area_.top) * scale_ - static_cast<float>(top)});
    }
  }
  return moved;
}

domain::Region Brush::pixels_around(std::span<const Outline> outlines, float margin) const {
  const Point any = outlines.front().front();
  float left = any.x, top = any.y, right = any.x, bottom = any.y;
  for (const Outline& outline : outlines) {
    for (const Point p : outline) {
      left = std::min(left, p.x), right = std::max(right, p.x);
      top = std::min(top, p.y), bottom = std::max(bottom, p.y);
    }
  }
  const auto pixel = [this](float at, float from, int most) {
    return std::clamp(static_cast<int>(std::floor((at - from) * scale_)), 0, most);
  };
  const int x = pixel(left - margin, area_.left, colour_.width);
  const int y = pixel(top - margin, area_.top, colour_.height);
  const float step = 1 / scale_;
  return {x, y, pixel(right + margin + step, area_.left, colour_.width) - x,
          pixel(bottom + margin + step, area_.top, colour_.height) - y};
}

void Brush::mix(const Mask& mask, const domain::Region& at, const Paint& paint) {
  const std::array<double, 3> colour{paint.colour.blue, paint.colour.green, paint.colour.red};
  for (int y = 0; y < at.height; ++y) {
    const std::uint8_t* share = mask.row(y);
    auto* pixels = colour_.row(at.top + y) + at.left;
    for (int x = 0; x < at.width; ++x) {
      if (share[x] == 0) continue;
      const double a = share[x] * static_cast<double>(paint.opacity) / 255;
      for (std::size_t c = 0; c < 3; ++c) pixels[x][c] = to_byte(pixels[x][c] * (1 - a) + colour[c] * a);
    }
  }
}

void Brush::apply(std::span<const Outline> outlines, const Paint& paint) {
  const domain::Region at = pixels_around(outlines, 3 * paint.softness);
  if (at.whole()) return;
  Mask mask = filled(in_pixels(outlines, at.left, at.top), at.width, at.height);
  soften(mask, paint.softness * scale_);
  mix(mask, at, paint);
}

void Brush::ellipse(Point centre, Radii radii, const Paint& paint, float degrees) {
  polygon(ellipse_outline(centre, radii, degrees), paint);
}

void Brush::polygon(const Outline& corners, const Paint& paint) {
  apply({&corners, 1}, paint);
}

void Brush::stroke(const Outline& points, float thickness, const Paint& paint) {
  apply(stroke_outlines(points, std::max(thickness, 1 / scale_)), paint);
}

void Brush::cut_out(std::span<const Outline> outlines, float softness) {
  std::ranges::fill(alpha_.values, std::uint8_t{0});
  for (const Outline& outline : outlines) {
    const Mask mask = filled(in_pixels({&outline, 1}, 0, 0), alpha_.width, alpha_.height);
    std::ranges::transform(alpha_.values, mask.values, alpha_.values.begin(),
                           [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); });
  }
  soften(alpha_, softness * scale_);
}

}  // namespace vigia::sim
