// DetectFaces, the stage that finds faces: chosen once at the start, then one Detector for each worker.
//
//   auto stage = DetectFaces::create(options, ModelPlaces::from_environment(), memory.budget());
//   if (!stage) return stage.error();                       // settings are wrong: exit 2
//   auto detector = stage->make({640, 384});                // one for each worker
//   log::info("detector: {}", (*detector)->name());
//
// The model's file is read and checked once, in create(); what it holds is shared by all detectors, which
// may be made for several sizes. Each detector's tensors are charged to the budget as vigia/tensors.
// detector.precision auto: create() measures both at a small input, where the CPU has both, and takes
// the faster.
// Cost: make() takes a few ms, the first some 20, as oneDNN writes machine code then; create() as much, and
// 0.1 s where it measures.
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
  enum class Report { sure, weak_too };
  static constexpr double kWeakScore = 0.2;

  // Where auto finds no model: the built-in one, and a line in the log that says so. The budget must outlive
  // all detectors. Errors: not_found, io, invalid: the model is not there or not usable; a model that is
  // there but bad is an error too, never passed over; and a precision that this CPU lacks.
  static Result<DetectFaces> create(const DetectorOptions& options, const ModelPlaces& places,
                                    memory::Budget& budget, Report report = Report::sure);

  // input: what the model sees; see check_input(). Errors: invalid, unavailable.
  [[nodiscard]] Result<std::unique_ptr<Detector>> make(domain::Size input) const {
    return make_between({input, input});
  }
  // What the model sees depends on what is wanted of a frame (View). The detector has a network for either
  // end, and makes others when it first needs them, which takes some ms. Errors: as make().
  [[nodiscard]] Result<std::unique_ptr<Detector>> make_between(const InputRange& inputs) const;
  // Of the detectors it makes, without their size: "yunet_n bf16", "vigia_n f32".
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Where the model is from, for people: its path, or "built in".
  [[nodiscard]] std::string origin() const {
    return model_.is_built_in() ? "built in" : model_.file.string();
  }
  // What another model would find, and how to get it; empty: this one is what was asked for.
  [[nodiscard]] std::string hint() const;
  // Pixels that a face has to have in an input: see smallest_face.h.
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
