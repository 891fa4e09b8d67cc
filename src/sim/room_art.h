// Paints the empty room: wall, floor, door, window, a pillar; all with some texture.
#pragma once

#include "sim/i420_image.h"
#include "sim/scene.h"

namespace vigia::sim {

// Takes some tens of milliseconds.
I420Image paint_room(const Scene& scene);

}  // namespace vigia::sim
