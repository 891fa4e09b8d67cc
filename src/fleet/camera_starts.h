// Spreads the starts of many cameras over time: a server that gets a hundred requests at once refuses some,
// and streams that begin together send their large key frames together from then on (files always, many
// servers' streams too), which is a burst of work every second or two.
//
// Live cameras begin one after the other, over 2 s, at least 20 and at most 221 ms apart: eight within 1.6 s,
// a hundred within 2.1 s, a thousand within 21 s. The distance is never a whole number of frames, so that the
// frames of cameras of the same rate do not come together either, but as evenly as possible (some whole
// frames and a golden section of one; see "golden ratio sequence"). Other cameras, which are read as fast as
// they are processed, begin at once. Threads: a pure function.
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "pipeline/pipeline_options.h"

namespace vigia::fleet {

// For each camera, how long after the first.
std::vector<Nanoseconds> camera_starts(std::span<const pipeline::CameraSettings> cameras);

}  // namespace vigia::fleet
