// Paints the empty room: wall, floor, door, window, a pillar; all with some texture.
#pragma once

#include "camera/sim/i420_image.h"
#include "camera/sim/scene.h"

namespace vigia::camera::sim {

// Takes some tens of milliseconds.
I420Image paint_room(const Scene& scene);

}  // namespace vigia::camera::sim
