// Makes the detectors that the options ask for, one for each worker, and the ladder of levels beside them.
// Threads: make_detectors() one thread at a time; each detector belongs to its worker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/detect_faces.h"
#include "load/load_ladder.h"
#include "memory/budget.h"

namespace vigia::load {

struct Detectors {
  detect::DetectFaces stage;
  Machine machine;
  LookCosts costs;
  Demand demand;
  std::vector<Level> ladder;  // never empty
  std::size_t start = 0;      // the level that they are made for
  std::string choice;         // with detector.input: auto, why this size; else empty
  std::vector<std::unique_ptr<detect::Detector>> each;
  std::string name;
};

// Makes one detector for each worker, for those inputs.
Result<std::vector<std::unique_ptr<detect::Detector>>> make_each(const detect::DetectFaces& stage,
                                                                 const detect::InputRange& inputs,
                                                                 int workers,
                                                                 detect::Claim claim = detect::Claim::needed);

// With auto or reduce, measures what each size of the ladder costs on this machine: some 50 ms a size. Sizes
// beyond 640x384, which few need, are estimated from it by their pixels. Errors: a line for the user; nothing
// can be detected.
// demand: of the cameras that are known.
Result<Detectors> make_detectors(const detect::DetectorOptions& options, Demand demand,
                                 memory::Budget& budget);

}  // namespace vigia::load
