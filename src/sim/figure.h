// The layers of a person, painted once per person: body, hair and ears behind the head, the head itself. A
// layer is stored in YUV with transparency, at several sizes, so that a person far away costs little and does
// not flicker.
#pragma once

#include <vector>

#include "domain/geometry.h"
#include "sim/look.h"
#include "sim/pixels.h"

namespace vigia::sim {

struct PaintLayer {
  domain::Box area;  // in face widths; x from the face's middle, y from the hairline
  float scale = 0;   // pixels per face width of the first, largest size
  // Each half as large as the one before, rounded up.
  std::vector<Yuva> sizes;
};

struct PersonLayers {
  PaintLayer body;  // its last row goes on down to the floor
  PaintLayer back;  // hair behind the head, ears
  // Opaque, as if the head were unrolled: its outline is head_half_width(), which the painter cuts out
  // after it has turned the picture.
  PaintLayer head;
  float jaw = 2.6F;
};

// Half the head's width at y, in face widths; negative above and below the head.
float head_half_width(float y, float jaw);

// scale: pixels per face width; about the largest that will be shown. Takes some milliseconds.
PersonLayers paint_figure(const Appearance& look, float scale);

}  // namespace vigia::sim
