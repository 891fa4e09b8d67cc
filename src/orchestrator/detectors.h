// The detectors that the settings ask for: one for each worker.
// Threads: make_detectors() one thread at a time; each detector belongs to its worker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/detector.h"
#include "memory/budget.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

struct Detectors {
  std::string name;
  std::vector<std::unique_ptr<detect::Detector>> each;
};

// Errors: a line for the user; nothing can be detected.
Result<Detectors> make_detectors(const settings::Settings& settings, memory::Budget& budget);

}  // namespace vigia::orchestrator
