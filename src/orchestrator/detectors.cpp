#include "orchestrator/detectors.h"

#include <algorithm>

#include "detect/detector_cost.h"
#include "memory/core_limit.h"

namespace vigia::orchestrator {
namespace {

constexpr domain::Size kAssumedFrame{1280, 720};

Machine machine_for(int workers_wanted) {
  const int cores = memory::core_limit();
  return {workers_wanted > 0 ? workers_wanted : cores, cores};
}

Result<Level> measured_level(const detect::DetectFaces& stage, domain::Size input) {
  auto detector = stage.make(input);
  if (!detector) return detector.error();
  const auto cost = detect::measure_cost(**detector, kAssumedFrame);
  if (!cost) return cost.error();
  return Level{.input = input, .cost = std::max(*cost, Nanoseconds(1))};
}

// The sizes of the ladder, each frame looked at.
Result<std::vector<Level>> levels_of(const detect::DetectFaces& stage, const detect::DetectorOptions& options,
                                     int least_face, bool reduces) {
  const bool is_auto = options.input == domain::Size{};
  if (!stage.has_sizes()) return std::vector{Level{}};
  if (!is_auto && !reduces) return std::vector{Level{.input = options.input}};
  std::vector<Level> levels;
  for (const auto input : is_auto ? auto_inputs(least_face) : reduced_inputs(options.input)) {
    const auto level = measured_level(stage, input);
    if (level) {
      levels.push_back(*level);
    } else if (input == options.input || is_auto) {
      return level.error();
    }
  }
  return levels;
}

}  // namespace

Result<std::vector<std::unique_ptr<detect::Detector>>> make_each(const detect::DetectFaces& stage,
                                                                 domain::Size input, int workers) {
  std::vector<std::unique_ptr<detect::Detector>> each;
  for (int i = 0; i < workers; ++i) {
    auto detector = stage.make(input);
    if (!detector) return detector.error();
    each.push_back(*std::move(detector));
  }
  return each;
}

Result<Detectors> make_detectors(const settings::Settings& settings, memory::Budget& budget) {
  auto stage =
      detect::DetectFaces::create(settings.detector, detect::ModelPlaces::from_environment(), budget);
  if (!stage) return stage.error();
  Detectors detectors{.stage = *std::move(stage),
                      .machine = machine_for(settings.detector.workers),
                      .ladder = {},
                      .choice = {},
                      .each = {},
                      .name = {}};
  const bool reduces = settings.detector.on_overload == "reduce";
  const Crowd crowd = crowd_of(settings.cameras, settings.defaults);
  auto ladder = levels_of(detectors.stage, settings.detector, crowd.least_face, reduces);
  if (!ladder) return ladder.error();
  detectors.ladder = *std::move(ladder);
  if (settings.detector.input == domain::Size{} && detectors.stage.has_sizes()) {
    Choice choice = choose_level(detectors.ladder, crowd, detectors.machine);
    detectors.start = choice.level;
    detectors.choice = std::move(choice.why);
  }
  if (reduces) add_steps(detectors.ladder);
  auto each = make_each(detectors.stage, detectors.ladder[detectors.start].input, detectors.machine.workers);
  if (!each) return each.error();
  detectors.each = *std::move(each);
  detectors.name = detectors.each.front()->name();
  return detectors;
}

}  // namespace vigia::orchestrator
