// Measures what finding faces costs on this machine, to choose an input size that it can keep up with.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "detect/detector.h"
#include "domain/geometry.h"

namespace vigia::detect {

// The median time of a few detect() calls on an artificial frame (i420, without faces) of this size, on the
// calling thread; the first calls, which allocate what later ones reuse, are not counted. Takes about 30 ms,
// or eight calls if they take longer. Other work on the same core increases the result.
// Errors: those of detect(). Threads: owner thread of the detector.
Result<Nanoseconds> measure_cost(Detector& detector, domain::Size frame);

}  // namespace vigia::detect
