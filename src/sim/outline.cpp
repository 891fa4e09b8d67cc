#include "sim/outline.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vigia::sim {
namespace {

// Signed areas: each edge adds the area to its right to the pixel that it crosses, and the rest to the next
// one, so that the running sum from the left is the coverage of a pixel. (The method of font rasterizers: see
// Raph Levien, "Inside the fastest font renderer in the world", 2016.)
class Areas {
 public:
  Areas(int width, int height)
      : width_(width), height_(height), sums_(static_cast<std::size_t>(width + 2) * rows()) {}

  void add(Point from, Point to) {
    if (from.y == to.y) return;
    const float direction = from.y < to.y ? 1.0F : -1.0F;
    if (direction < 0) std::swap(from, to);
    const float slope = (to.x - from.x) / (to.y - from.y);
    const int first = std::max(0, static_cast<int>(std::floor(from.y)));
    const int last = std::min(height_, static_cast<int>(std::ceil(to.y)));
    for (int y = first; y < last; ++y) {
      const float top = std::max(from.y, static_cast<float>(y));
      const float bottom = std::min(to.y, static_cast<float>(y + 1));
      add_to_row(y, from.x + (top - from.y) * slope, from.x + (bottom - from.y) * slope,
                 direction * (bottom - top));
    }
  }

  [[nodiscard]] Mask mask() const {
    Mask mask(width_, height_);
    for (int y = 0; y < height_; ++y) {
      const float* sum = row(y);
      float covered = 0;
      for (int x = 0; x < width_; ++x) {
        covered += sum[x];
        mask.row(y)[x] = static_cast<std::uint8_t>(std::lround(std::min(std::abs(covered), 1.0F) * 255));
      }
    }
    return mask;
  }

 private:
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(height_); }
  [[nodiscard]] const float* row(int y) const {
    return sums_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_ + 2);
  }

  // An edge that goes from one x to another within a row, `height` of it high.
  void add_to_row(int y, float one, float other, float height) {
    float* sum = sums_.data() + (row(y) - sums_.data());
    const auto limit = static_cast<float>(width_);
    const float low = std::min(one, other), high = std::max(one, other);
    const float left = std::clamp(low, 0.0F, limit), right = std::clamp(high, 0.0F, limit);
    if (high > low) {  // beside the mask: on its left it counts whole, on its right not at all
      sum[0] += height * (std::min(high, 0.0F) - std::min(low, 0.0F)) / (high - low);
      height *= (right - left) / (high - low);
    }
    const int begin = static_cast<int>(left), end = static_cast<int>(std::ceil(right));
    if (end <= begin + 1) {  // inside one pixel
      const float beside = (left + right) / 2 - static_cast<float>(begin);
      sum[begin] += height * (1 - beside);
      sum[begin + 1] += height * beside;
      return;
    }
    float before = 0;  // what is covered left of x, of this edge's height
    for (int x = begin; x < end; ++x) {
      const float from = std::max(left, static_cast<float>(x)) - left;
      const float to = std::min(right, static_cast<float>(x + 1)) - left;
      const float rest = static_cast<float>(x + 1) - left - to;  // of the last pixel, beyond the edge
      const float share = ((to * to - from * from) / 2 + rest * to) / (right - left);
      sum[x] += height * (share - before);
      before = share;
    }
    sum[end] += height * (1 - before);
  }

  int width_, height_;
  std::vector<float> sums_;
};

}  // namespace

Outline ellipse_outline(Point centre, Radii radii, float degrees) {
  constexpr int kCorners = 48;
  const float turn = degrees * std::numbers::pi_v<float> / 180;
  Outline corners;
  for (int i = 0; i < kCorners; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kCorners;
    const float x = radii.x * std::cos(angle), y = radii.y * std::sin(angle);
    corners.push_back({centre.x + x * std::cos(turn) - y * std::sin(turn),
                       centre.y + x * std::sin(turn) + y * std::cos(turn)});
  }
  return corners;
}

Outline smooth_curve(const Outline& through, bool closed) {
  constexpr int kParts = 8;
  const int count = static_cast<int>(through.size());
  const auto at = [&](int i) {
    return through[static_cast<std::size_t>(closed ? (i + count) % count : std::clamp(i, 0, count - 1))];
  };
  Outline curve;
  for (int i = 0; i < (closed ? count : count - 1); ++i) {
    const Point a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
    for (int part = 0; part < kParts; ++part) {  // Catmull-Rom
      const float s = static_cast<float>(part) / kParts;
      const Point bend = 2.0F * a - 5.0F * b + 4.0F * c - d, rest = 3.0F * b - a - 3.0F * c + d;
      curve.push_back(0.5F * (2.0F * b + s * (c - a) + s * s * bend + s * s * s * rest));
    }
  }
  if (!closed) curve.push_back(through.back());
  return curve;
}

std::vector<Outline> stroke_outlines(std::span<const Point> along, float thickness) {
  constexpr int kCorners = 8;  // of a round end
  std::vector<Outline> outlines;
  for (std::size_t i = 0; i + 1 < along.size(); ++i) {
    const Point from = along[i], to = along[i + 1];
    const float angle = std::atan2(to.y - from.y, to.x - from.x);
    Outline outline;
    for (const bool far_end : {true, false}) {
      for (int k = 0; k <= kCorners; ++k) {
        const float quarter = std::numbers::pi_v<float> / 2;
        const float at =
            angle + (far_end ? -quarter : quarter) + 2 * quarter * static_cast<float>(k) / kCorners;
        outline.push_back((far_end ? to : from) + thickness / 2 * Point{std::cos(at), std::sin(at)});
      }
    }
    outlines.push_back(std::move(outline));
  }
  return outlines;
}

Mask filled(std::span<const Outline> outlines, int width, int height) {
  Areas areas(width, height);
  for (const Outline& outline : outlines) {
    for (std::size_t i = 0; i < outline.size(); ++i) areas.add(outline[i], outline[(i + 1) % outline.size()]);
  }
  return areas.mask();
}

}  // namespace vigia::sim
