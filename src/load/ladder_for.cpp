// ladder_for(): the levels and their order.
#include <algorithm>
#include <array>

#include "load/load_ladder.h"

namespace vigia::load {
namespace {

using detect::area;
using detect::InputRange;
using domain::Size;

constexpr Size kStandard{640, 384}, kLeast = detect::kInputs.front();
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

  static constexpr double kHardlyAny = 1e-6;  // weight of a camera that waits for the workers

  const LookCosts& costs_;
  std::vector<CameraNeed> wants_;
  std::vector<Level> ladder_;
};

}  // namespace

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

}  // namespace vigia::load
