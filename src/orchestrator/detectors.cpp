#include "orchestrator/detectors.h"

#include <algorithm>
#include <thread>

#include "detect/detect_faces.h"

namespace vigia::orchestrator {

Result<Detectors> make_detectors(const settings::Settings& settings, memory::Budget& budget) {
  const int wanted = settings.detector.workers;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int workers = wanted > 0 ? wanted : cores;
  const auto input =
      detect::choose_input(settings.detector, static_cast<int>(settings.cameras.size()), workers);
  if (!input) return input.error();
  const auto stage =
      detect::DetectFaces::create(settings.detector, *input, detect::ModelPlaces::from_environment(), budget);
  if (!stage) return stage.error();
  Detectors detectors{stage->name(), {}};
  for (int i = 0; i < workers; ++i) {
    auto detector = stage->make();
    if (!detector) return detector.error();
    detectors.each.push_back(*std::move(detector));
  }
  return detectors;
}

}  // namespace vigia::orchestrator
