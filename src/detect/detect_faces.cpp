#include "detect/detect_faces.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "detect/built_in.h"
#include "detect/detector_cost.h"
#include "detect/yunet_detector.h"

namespace vigia::detect {
namespace {

// The input at which precisions are measured. Which one is faster hardly depends on the size.
constexpr domain::Size kTrialInput{320, 192};
constexpr domain::Size kTrialFrame{1280, 720};

Result<YunetWeights> weights_of(const FoundModel& model) {
  if (model.is_built_in()) return built_in_weights();
  return read_yunet(model.file);
}

}  // namespace

Result<DetectFaces> DetectFaces::create(const DetectorOptions& options, const ModelPlaces& places,
                                        memory::Budget& budget, ReportedFaces report) {
  auto model = find_model(options.model, places);
  if (!model) return model.error();
  const auto candidates = precisions_for(options.precision);
  if (!candidates) return candidates.error();
  auto weights = weights_of(*model);
  if (!weights) return weights.error();
  DetectFaces stage(*model, report == ReportedFaces::weak_too
                                ? std::min(options.min_detection_score, kWeakScore)
                                : options.min_detection_score);
  stage.account_ = budget.open("vigia", memory::Kind::tensors);
  stage.weights_ = std::make_shared<const YunetWeights>(*std::move(weights));
  if (Status chosen = stage.take_fastest(*candidates); !chosen) return chosen.error();
  // Makes one detector to see whether the others can be made.
  if (auto trial = stage.make({kInputMin, kInputMin}); !trial) return trial.error();
  stage.name_ = fmt::format("{} {}", stage.weights_->name(), to_string(stage.precision_));
  log::info("detector.model: {}, {}{}{}", stage.weights_->name(), stage.origin(), model->instead ? ": " : "",
            stage.hint());
  return stage;
}

std::string DetectFaces::hint() const {
  return model_.instead ? kBuiltInHint : "";
}

Status DetectFaces::take_fastest(const std::vector<Precision>& candidates) {
  precision_ = candidates.front();
  if (candidates.size() == 1) return ok_status();
  Precision best = precision_;
  Nanoseconds least = Nanoseconds::max();
  for (const Precision candidate : candidates) {
    precision_ = candidate;
    auto trial = make(kTrialInput);
    if (!trial) return trial.error();
    const auto cost = measure_cost(**trial, kTrialFrame);
    if (!cost) return cost.error();
    log::info("detector.precision: {} takes {:.2f} ms a frame at {}x{}", to_string(candidate),
              std::chrono::duration<double, std::milli>(*cost).count(), kTrialInput.width,
              kTrialInput.height);
    if (*cost < least) best = candidate;
    least = std::min(least, *cost);
  }
  precision_ = best;
  return ok_status();
}

Result<std::unique_ptr<Detector>> DetectFaces::make_between(const InputRange& inputs, Claim claim) const {
  return YunetDetector::create({.weights = weights_,
                                .account = account_,
                                .inputs = inputs,
                                .precision = precision_,
                                .min_score = min_score_,
                                .claim = claim});
}

}  // namespace vigia::detect
