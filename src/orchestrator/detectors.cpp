#include "orchestrator/detectors.h"

#include <algorithm>
#include <thread>

#include "detect/detect_faces.h"

namespace vigia::orchestrator {
namespace {

constexpr domain::Size kLarge{640, 384};
constexpr domain::Size kSmall{320, 192};
constexpr int kCamerasForLarge = 2;  // for each worker

// detector.input, or where it is 0x0 (auto) the large one while cameras are few.
domain::Size choose_input(const settings::Settings& settings, int workers) {
  if (settings.detector.input != domain::Size{}) return settings.detector.input;
  const int cameras = static_cast<int>(settings.cameras.size());
  return cameras <= kCamerasForLarge * workers ? kLarge : kSmall;
}

}  // namespace

Result<Detectors> make_detectors(const settings::Settings& settings, memory::Budget& budget) {
  const int wanted = settings.detector.workers;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int workers = wanted > 0 ? wanted : cores;
  const auto stage =
      detect::DetectFaces::create(settings.detector, detect::ModelPlaces::from_environment(), budget);
  if (!stage) return stage.error();
  const domain::Size input = choose_input(settings, workers);
  Detectors detectors;
  for (int i = 0; i < workers; ++i) {
    auto detector = stage->make(input);
    if (!detector) return detector.error();
    detectors.each.push_back(*std::move(detector));
  }
  detectors.name = detectors.each.front()->name();
  return detectors;
}

}  // namespace vigia::orchestrator
