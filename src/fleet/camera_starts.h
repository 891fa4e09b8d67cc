// When each of many cameras begins, so that not all of them do in one moment: a server that is asked for
// a hundred streams at once refuses some, and streams that begin together have their large key frames
// together ever after (files always, many servers' streams too), which is a burst of work every second or
// two.
//
// Live cameras begin one after the other, over 2 s, at least 20 and at most 221 ms apart: eight within 1.6 s,
// a hundred within 2.1 s, a thousand within 21 s. The distance is never a whole number of frames: then the
// frames of cameras of the same rate do not come together either, but as evenly as they can (so many frames
// and a golden section of one; see "golden ratio sequence" for why that one). Others, which are read as fast
// as they are worked on, begin at once. Threads: a pure function.
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "pipeline/pipeline_options.h"

namespace vigia::fleet {

// For each camera, how long after the first.
std::vector<Nanoseconds> camera_starts(std::span<const pipeline::CameraSettings> cameras);

}  // namespace vigia::fleet
