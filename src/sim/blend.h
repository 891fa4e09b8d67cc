// Puts layers of a figure into a picture.
#pragma once

#include "sim/figure.h"
#include "sim/i420_image.h"

namespace vigia::sim {

// Where a figure stands in the picture, in pixels.
struct Stand {
  float x = 0;      // the face's middle
  float top = 0;    // the hairline
  float width = 0;  // the face's
  float yaw = 0;    // degrees
  float blur = 0;   // sigma
};

// All draw into the rectangle that the layer covers, cut to the picture. patch: a scratch picture.
void draw_layer(const PaintLayer& layer, const Stand& stand, I420Image& picture, Yuva& patch);
// The same, with the head turned about its upright axis by stand.yaw, and cut out.
void draw_head(const PersonLayers& figure, const Stand& stand, I420Image& picture, Yuva& patch);
// The layer's last row, repeated down to the picture's lower edge.
void draw_down_to_floor(const PaintLayer& layer, const Stand& stand, I420Image& picture, Yuva& patch);

}  // namespace vigia::sim
