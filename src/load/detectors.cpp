#include "load/detectors.h"

#include <algorithm>
#include <utility>

#include "detect/detector_cost.h"
#include "memory/core_limit.h"

namespace vigia::load {
namespace {

constexpr domain::Size kAssumedFrame{1280, 720};

constexpr domain::Size kStandard{640, 384};

// A network's time grows with its pixels: from 320x192 to 640x384, four times as many, by a factor of 4.1
// to 4.2.
void estimate_larger_inputs(LookCosts& costs) {
  const auto standard = static_cast<double>(costs.of(kStandard).count());
  for (const domain::Size input : detect::kInputs) {
    const double pixels = static_cast<double>(detect::area(input)) / detect::area(kStandard);
    if (pixels > 1)
      costs.each.push_back({input, Nanoseconds(static_cast<Nanoseconds::rep>(standard * pixels))});
  }
}

Machine machine_for(int workers_wanted) {
  const int cores = memory::core_limit();
  return {workers_wanted > 0 ? workers_wanted : cores, cores};
}

Result<Nanoseconds> measured_cost(const detect::DetectFaces& stage, domain::Size input) {
  auto detector = stage.make(input);
  if (!detector) return detector.error();
  const auto cost = detect::measure_cost(**detector, kAssumedFrame);
  if (!cost) return cost.error();
  return std::max(*cost, Nanoseconds(1));
}

// Leaves out sizes that cannot be made, except the one that is set: that is an error.
Result<LookCosts> costs_of(const detect::DetectFaces& stage, domain::Size set, bool reduces) {
  LookCosts costs{.each = {}, .set = set, .reduces = reduces, .face_in_input = stage.face_in_input()};
  const bool is_auto = set == domain::Size{};
  for (const domain::Size input : inputs_for(set, reduces)) {
    if (!is_auto && !reduces) {
      costs.each.push_back({input});
    } else if (!is_auto || detect::area(input) <= detect::area(kStandard)) {
      const auto cost = measured_cost(stage, input);
      if (cost) {
        costs.each.push_back({input, *cost});
      } else if (input == set || is_auto) {
        return cost.error();
      }
    }
  }
  if (is_auto) estimate_larger_inputs(costs);
  return costs;
}

}  // namespace

Result<std::vector<std::unique_ptr<detect::Detector>>> make_each(const detect::DetectFaces& stage,
                                                                 const detect::InputRange& inputs,
                                                                 int workers, detect::Claim claim) {
  std::vector<std::unique_ptr<detect::Detector>> each;
  for (int i = 0; i < workers; ++i) {
    auto detector = stage.make_between(inputs, claim);
    if (!detector) return detector.error();
    each.push_back(*std::move(detector));
  }
  return each;
}

Result<Detectors> make_detectors(const detect::DetectorOptions& options, Demand demand,
                                 memory::Budget& budget) {
  auto stage = detect::DetectFaces::create(options, detect::ModelPlaces::from_environment(), budget,
                                           detect::DetectFaces::ReportedFaces::weak_too);
  if (!stage) return stage.error();
  Detectors detectors{.stage = *std::move(stage),
                      .machine = machine_for(options.workers),
                      .costs = {},
                      .demand = std::move(demand),
                      .ladder = {},
                      .choice = {},
                      .each = {},
                      .name = {}};
  const bool reduces = options.on_overload == "reduce";
  auto costs = costs_of(detectors.stage, options.input, reduces);
  if (!costs) return costs.error();
  detectors.costs = *std::move(costs);
  detectors.ladder = ladder_for(detectors.costs, detectors.demand);
  if (options.input == domain::Size{}) {
    Choice choice = choose_level(detectors.ladder, detectors.demand, detectors.machine);
    detectors.start = choice.level;
    detectors.choice = std::move(choice.why);
  }
  auto each =
      make_each(detectors.stage, detectors.ladder[detectors.start].inputs(), detectors.machine.workers);
  if (!each) return each.error();
  detectors.each = *std::move(each);
  detectors.name = detectors.each.front()->name();
  return detectors;
}

}  // namespace vigia::load
