// Paints the front of a head: skin, light and shade, eyes, brows, nose, mouth, the hair on the forehead.
#pragma once

#include "sim/brush.h"
#include "sim/look.h"

namespace vigia::sim {

inline constexpr float kChin = 1.3F;  // y of the chin, in face widths below the hairline

// Opaque, over the head's whole rectangle; scale: pixels per face width.
Brush paint_head(const Appearance& look, float scale);

}  // namespace vigia::sim
