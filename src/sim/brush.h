// Paints soft shapes on a small picture, for faces. Coordinates are in face widths, from an origin inside the
// picture.
// Threads: one thread at a time. Cost: by the shape's area, 10 to 500 us.
#pragma once

#include <span>
#include <vector>

#include "domain/geometry.h"
#include "sim/colour.h"
#include "sim/outline.h"
#include "sim/pixels.h"

namespace vigia::sim {

struct Paint {
  Colour colour;
  float opacity = 1;
  float softness = 0;  // sigma of the edge's blur, in face widths
};

class Brush {
 public:
  // area: what the picture shows; scale: pixels per face width.
  Brush(const domain::Box& area, float scale, const Colour& ground);

  void ellipse(Point centre, Radii radii, const Paint& paint, float degrees = 0);
  void polygon(const Outline& corners, const Paint& paint);
  void stroke(const Outline& points, float thickness, const Paint& paint);
  // Makes everything outside the polygons transparent, with a soft edge.
  void cut_out(std::span<const Outline> outlines, float softness);

  [[nodiscard]] Bgr& colour() { return colour_; }
  [[nodiscard]] const Bgr& colour() const { return colour_; }
  [[nodiscard]] const Mask& alpha() const { return alpha_; }
  [[nodiscard]] const domain::Box& area() const { return area_; }
  [[nodiscard]] float scale() const { return scale_; }

 private:
  // A part of the picture, in whole pixels; empty: width is 0.
  [[nodiscard]] domain::Region pixels_around(std::span<const Outline> outlines, float margin) const;
  [[nodiscard]] std::vector<Outline> in_pixels(std::span<const Outline> outlines, int left, int top) const;
  void apply(std::span<const Outline> outlines, const Paint& paint);
  void mix(const Mask& mask, const domain::Region& at, const Paint& paint);

  domain::Box area_;
  float scale_;
  Bgr colour_;
  Mask alpha_;
};

}  // namespace vigia::sim
