#include "load/load_ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "detect/letterbox.h"

namespace vigia::load {
namespace {

using detect::area;
using detect::InputRange;
using domain::Size;

constexpr Size kStandard{640, 384};

constexpr double kFramesPerSecond = 30;
constexpr double kDecodeSeconds = 0.002;
constexpr double kUsualPixels = 1280 * 720;

std::string ordinal(int number) {
  return fmt::format("{}{}", number, number == 2 ? "nd" : number == 3 ? "rd" : "th");
}

// The most that one camera's frames cost.
double max_cost_of(const Level& level) {
  return to_seconds(std::max(level.max_cost, level.cost));
}

double use_at(const Level& level, const Demand& demand, const Machine& machine) {
  const double cost = to_seconds(level.cost);
  return use_of(machine,
                {demand.looks * kFramesPerSecond * cost, demand.decodes * kFramesPerSecond * kDecodeSeconds,
                 demand.most_looks * kFramesPerSecond * max_cost_of(level)});
}

// Chooses when there is nothing to calculate with: no live camera is known.
Choice choose_without_live(std::span<const Level> ladder, const Demand& demand) {
  if (demand.others > 0) return {0, ladder[0].text() + ": no camera is live"};
  std::size_t level = 0;
  while (level + 1 < ladder.size() && ladder[level + 1].step == 1 &&
         area(ladder[level].input) > area(kStandard)) {
    ++level;
  }
  return {level, ladder[level].text() + ": no camera is known yet"};
}

constexpr Size kLeast = detect::kInputs.front();
// The steps before, and after, inputs shrink so far that faces are missed.
constexpr std::array kFirstSteps{2, 3};
constexpr std::array kLastSteps{4, 6, 8};

Size needed_by(const CameraNeed& want, int face_in_input) {
  return detect::input_for(want.looked_at, want.least_face, face_in_input);
}

class LadderMaker {
 public:
  LadderMaker(const LookCosts& costs, const Demand& demand) : costs_(costs), wants_(demand.needs) {
    if (wants_.empty()) wants_.emplace_back();
  }

  std::vector<Level> make() {
    const auto [harmless, harmful] = inputs();
    for (const InputRange& range : harmless) add(range, 1);
    if (costs_.reduces) add_steps(kFirstSteps);
    const int step = ladder_.back().step;
    for (const InputRange& range : harmful) add(range, step);
    if (costs_.reduces) add_steps(kLastSteps);
    if (costs_.reduces) add_decoding();
    return std::move(ladder_);
  }

 private:
  // Inputs with which no camera misses a face that it needs, and those with which some camera does.
  struct Inputs {
    std::vector<InputRange> harmless, harmful;
  };

  [[nodiscard]] Inputs inputs() const { return costs_.set == Size{} ? inputs_of_auto() : inputs_below_set(); }

  [[nodiscard]] Inputs inputs_of_auto() const {
    Size least = kLeast;
    for (const CameraNeed& want : wants_)
      least = detect::clamp(needed(want), {least, detect::kInputs.back()});
    Inputs inputs;
    for (auto input = detect::kInputs.rbegin(); input != detect::kInputs.rend(); ++input) {
      if (area(*input) <= area(kStandard)) {
        inputs.harmless.push_back({*input, detect::clamp(least, {*input, detect::kInputs.back()})});
      }
      if (area(*input) < area(least)) inputs.harmful.push_back({kLeast, *input});
    }
    return inputs;
  }

  [[nodiscard]] Inputs inputs_below_set() const {
    Inputs inputs;
    for (const Size input : inputs_for(costs_.set, costs_.reduces)) {
      if (!costs_.has(input)) continue;
      const bool is_harmless = std::ranges::all_of(wants_, [&](const CameraNeed& want) {
        return smallest(want, input) <= std::max(want.least_face, smallest(want, costs_.set));
      });
      (is_harmless ? inputs.harmless : inputs.harmful).push_back({input, input});
    }
    return inputs;
  }

  [[nodiscard]] Size needed(const CameraNeed& want) const { return needed_by(want, costs_.face_in_input); }
  [[nodiscard]] int smallest(const CameraNeed& want, Size input) const {
    return detect::smallest_face(want.looked_at, input, costs_.face_in_input);
  }

  void add(const InputRange& inputs, int step) {
    Level level{
        .input = inputs.least, .step = step, .least = inputs.most, .face_in_input = costs_.face_in_input};
    double looks = 0, cost = 0;
    for (const CameraNeed& want : wants_) {
      const Size input = detect::clamp(needed(want), inputs);
      if (area(input) > area(level.input)) level.input = input;
      if (area(input) < area(level.least)) level.least = input;
      const double weight = std::max(want.looks, kHardlyAny);
      looks += weight;
      cost += weight * static_cast<double>(costs_.of(input).count());
    }
    level.cost = std::max(Nanoseconds(static_cast<Nanoseconds::rep>(cost / looks)), Nanoseconds(1));
    level.max_cost = costs_.of(level.input);
    if (ladder_.empty() || !level.looks_as(ladder_.back())) ladder_.push_back(level);
  }

  template <class Steps>
  void add_steps(const Steps& steps) {
    Level last = ladder_.back();
    for (const int step : steps) {
      last.step = step;
      ladder_.push_back(last);
    }
  }

  void add_decoding() {
    Level last = ladder_.back();
    for (const auto decoding : {domain::Decoding::references, domain::Decoding::idle_key_frames}) {
      last.decoding = decoding;
      ladder_.push_back(last);
    }
  }

  static constexpr double kHardlyAny = 1e-6;  // weight of a camera that waits for the workers

  const LookCosts& costs_;
  std::vector<CameraNeed> wants_;
  std::vector<Level> ladder_;
};

}  // namespace

std::string Level::text() const {
  std::string text = step == 1 ? input_text() : fmt::format("{} every {} frame", input_text(), ordinal(step));
  if (decoding != domain::Decoding::all) text += ", only pictures that others need";
  if (decoding == domain::Decoding::idle_key_frames) text += ", only key frames where nobody is";
  return text;
}

std::string Level::input_text() const {
  const Size smaller = inputs().least;
  return smaller == input
             ? fmt::format("{}x{}", input.width, input.height)
             : fmt::format("{}x{} to {}x{}", smaller.width, smaller.height, input.width, input.height);
}

double use_of(const Machine& machine, const Work& work) noexcept {
  return std::max({work.look / machine.workers, (work.look + work.rest) / machine.cores, work.busiest});
}

CameraNeed need_of(const pipeline::CameraSettings& camera, Size frame) {
  CameraNeed want{.name = camera.spec.name, .least_face = camera.shot.filter_min_size};
  want.looks = camera.is_live() ? 1.0 / camera.detector_step : 0;
  want.is_known = frame != Size{};
  const Size picture = want.is_known ? frame : want.looked_at;
  const domain::Region region = detect::clip_region(camera.rot.in(picture), picture);
  if (!region.whole()) want.looked_at = {region.width, region.height};
  return want;
}

Demand demand_of(std::span<const pipeline::CameraSettings> cameras, const pipeline::CameraSettings& defaults,
                 std::span<const Size> frames) {
  Demand demand;
  if (cameras.empty()) demand.needs.push_back({.least_face = defaults.shot.filter_min_size});
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    const pipeline::CameraSettings& camera = cameras[i];
    if (!camera.source.active) continue;
    const Size frame = frames.empty() ? Size{} : frames[i];
    demand.needs.push_back(need_of(camera, frame));
    if (!camera.is_live()) {
      ++demand.others;
      continue;
    }
    ++demand.live;
    demand.decodes += frame == Size{} ? 1 : static_cast<double>(area(frame)) / kUsualPixels;
    demand.looks += 1.0 / camera.detector_step;
    demand.most_looks = std::max(demand.most_looks, 1.0 / camera.detector_step);
  }
  return demand;
}

bool LookCosts::has(Size input) const {
  return std::ranges::find(each, input, &Cost::input) != each.end();
}

Nanoseconds LookCosts::of(Size input) const {
  const auto found = std::ranges::find(each, input, &Cost::input);
  return found != each.end() ? found->cost : Nanoseconds(1);
}

std::vector<Size> inputs_for(Size set, bool reduces) {
  if (set == Size{}) return {detect::kInputs.rbegin(), detect::kInputs.rend()};
  std::vector<Size> inputs{set};
  if (!reduces) return inputs;
  std::copy_if(detect::kInputs.rbegin(), detect::kInputs.rend(), std::back_inserter(inputs),
               [&](Size input) { return area(input) < area(set) && area(input) <= area(kStandard); });
  return inputs;
}

std::vector<Level> ladder_for(const LookCosts& costs, const Demand& demand) {
  return LadderMaker(costs, demand).make();
}

Size input_of(const Level& level, const CameraNeed& want) {
  return detect::clamp(needed_by(want, level.face_in_input), level.inputs());
}

Choice choose_level(std::span<const Level> ladder, const Demand& demand, const Machine& machine) {
  if (demand.live == 0) return choose_without_live(ladder, demand);
  std::size_t level = 0;
  while (use_at(ladder[level], demand, machine) > kUseMax && level + 1 < ladder.size() &&
         ladder[level + 1].step == 1) {
    ++level;
  }
  const double use = use_at(ladder[level], demand, machine);
  const double look = demand.looks * kFramesPerSecond * to_seconds(ladder[level].cost) / machine.workers;
  const double busiest = demand.most_looks * kFramesPerSecond * max_cost_of(ladder[level]);
  if (use > kUseMax && busiest >= use) {
    return {level,
            fmt::format("{}: one camera would keep its worker {:.0f} % busy, and there is no smaller one",
                        ladder[level].text(), 100 * use)};
  }
  const bool by_cores = machine.cores < machine.workers || (machine.cores > machine.workers && use > look);
  return {level, fmt::format("{}: {} camera{} would keep {} {} {:.0f} % busy{}; a look takes {:.1f} ms here, "
                             "30 frames a second and {:.1f} ms to decode each are assumed",
                             ladder[level].text(), demand.live, demand.live == 1 ? "" : "s",
                             by_cores ? machine.cores : machine.workers, by_cores ? "cores" : "workers",
                             100 * use, use > kUseMax ? ", and there is no smaller one" : "",
                             1000 * to_seconds(ladder[level].cost),
                             1000 * kDecodeSeconds * demand.decodes / demand.live)};
}

}  // namespace vigia::load
