// DetectFaces, the stage that finds faces: chosen once at the start, then one Detector for each worker.
//
//   auto input = choose_input(options, cameras, workers);
//   auto stage = DetectFaces::create(options, *input, ModelPlaces::from_environment(), memory.budget());
//   if (!stage) return stage.error();                       // settings are wrong: exit 2
//   log::info("detector: {}", stage->name());
//   auto detector = stage->make();                          // one for each worker
//
// The model's file is read and checked once, in create(); what it holds is shared by all detectors.
// Each detector's tensors are charged to the budget as vigia/tensors.
// Threads: make() and name() are thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "detect/detector.h"
#include "detect/detector_options.h"
#include "detect/model_search.h"
#include "detect/yunet_weights.h"
#include "memory/budget.h"

namespace vigia::detect {

// detector.input, or where it is 0x0 (auto): 640x384 while there are no more than two cameras for each
// worker, else 320x192, which takes a quarter of the time. (A rule of thumb: it does not measure the
// machine, nor ask for the cameras' frame rates.)
// Errors: invalid: not multiples of 32 from 64 to 2048.
Result<domain::Size> choose_input(const DetectorOptions& options, int cameras, int workers);

class DetectFaces {
 public:
  // Where auto finds no model: the cascade, with one warning in the log. The budget must outlive all
  // detectors. Errors: not_found, io, invalid: the model is not there or not usable; a model that is
  // there but bad is an error too, never passed over.
  static Result<DetectFaces> create(const DetectorOptions& options, domain::Size input,
                                    const ModelPlaces& places, memory::Budget& budget);

  // Errors: invalid, unavailable.
  [[nodiscard]] Result<std::unique_ptr<Detector>> make() const;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }  // of the detectors it makes

 private:
  DetectFaces(FoundModel model, double min_score, domain::Size input)
      : model_(std::move(model)), min_score_(min_score), input_(input) {}

  FoundModel model_;
  double min_score_;
  domain::Size input_;
  std::string name_;
  std::shared_ptr<const YunetWeights> weights_;  // nullptr: the cascade
  std::shared_ptr<memory::Account> account_;
};

}  // namespace vigia::detect
