// What finding faces costs here and now: for choosing an input size that this machine sustains.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "detect/detector.h"
#include "domain/geometry.h"

namespace vigia::detect {

// The median time of a few detect() calls on a made-up frame (i420, nobody in it) of this size, in the
// calling thread; the first calls, which make what later ones reuse, are not counted. Takes about 30 ms in
// all, or eight calls where they take longer than that. With other work on the same core it tells more.
// Errors: what detect() answers. Threads: owner thread of the detector.
Result<Nanoseconds> measure_cost(Detector& detector, domain::Size frame);

}  // namespace vigia::detect
