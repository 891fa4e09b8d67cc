// `vigia soak`: runs the main job for hours among cameras and a FindFace that fail on a schedule, samples its
// memory, descriptors and threads from outside, and reports whether they grew. See README.md.
// Threads: the main thread only.
#pragma once

#include "base/signals.h"
#include "soak/soak_options.h"

namespace vigia::soak {

// Returns the exit code: 0 good, 1 failed, 2 wrong options or a source that cannot be used. Prints a line a
// minute, and the verdict. A signal ends the run early; what was seen until then is judged.
int run(const SoakOptions& options, StopSignals& signals);

}  // namespace vigia::soak
