// DetectFaces, the stage that finds faces: chosen once at the start, then one Detector for each worker.
//
//   auto stage = DetectFaces::create(options, ModelPlaces::from_environment(), memory.budget());
//   if (!stage) return stage.error();                       // settings are wrong: exit 2
//   auto detector = stage->make({640, 384});                // one for each worker
//   log::info("detector: {}", (*detector)->name());
//
// The model's file is read and checked once, in create(); all detectors share its weights and may be made for
// several sizes. Each detector's tensors are charged to the budget as vigia/tensors. detector.precision auto:
// create() measures both at a small input, where the CPU has both, and takes the faster.
// Cost: make() takes a few ms, the first call about 20, as oneDNN generates machine code then; create() as
// much, and 0.1 s more if it measures.
// Threads: all functions but create() are thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/detector.h"
#include "detect/detector_options.h"
#include "detect/model_search.h"
#include "detect/precision.h"
#include "detect/smallest_face.h"
#include "detect/yunet_weights.h"
#include "memory/budget.h"

namespace vigia::detect {

class DetectFaces {
 public:
  // Which faces the detectors report. weak_too: also those between kWeakScore and min_detection_score, which
  // may continue a track (domain::Sighting::weak).
  enum class ReportedFaces { sure, weak_too };
  static constexpr double kWeakScore = 0.2;

  // If auto finds no model the built-in one is used, and the log says so. The budget must outlive all
  // detectors. Errors: not_found, io, invalid: the model is missing or not usable (a bad model is never
  // skipped in favour of another), or this CPU lacks the precision.
  static Result<DetectFaces> create(const DetectorOptions& options, const ModelPlaces& places,
                                    memory::Budget& budget, ReportedFaces report = ReportedFaces::sure);

  // input: the size of the model's input; see check_input(). Errors: invalid, unavailable.
  [[nodiscard]] Result<std::unique_ptr<Detector>> make(domain::Size input) const {
    return make_between({input, input});
  }
  // A detector that chooses its input within `inputs` by the View of each frame. It has a network for either
  // end of the range, and asks for others through supply(). Errors: as make(); no_memory
  // for a refusable claim.
  [[nodiscard]] Result<std::unique_ptr<Detector>> make_between(const InputRange& inputs,
                                                               Claim claim = Claim::needed) const;
  // Name of its detectors, without their size: "yunet_n bf16", "vigia_n f32".
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // The model's path, or "built in", for people.
  [[nodiscard]] std::string origin() const {
    return model_.is_built_in() ? "built in" : model_.file.string();
  }
  // Advice to get a better model; empty if this one was set by the user.
  [[nodiscard]] std::string hint() const;
  // Pixels of the input that a face must cover: see smallest_face.h.
  [[nodiscard]] int face_in_input() const noexcept { return weights_->face_in_input(); }

 private:
  DetectFaces(FoundModel model, double min_score) : model_(std::move(model)), min_score_(min_score) {}
  Status take_fastest(const std::vector<Precision>& candidates);

  FoundModel model_;
  double min_score_;
  Precision precision_ = Precision::f32;
  std::string name_;
  std::shared_ptr<const YunetWeights> weights_;
  std::shared_ptr<memory::Account> account_;
};

}  // namespace vigia::detect
