#include "detect/detect_faces.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "detect/cascade_detector.h"
#include "detect/yunet_detector.h"

namespace vigia::detect {
Result<DetectFaces> DetectFaces::create(const DetectorOptions& options, const ModelPlaces& places,
                                        memory::Budget& budget) {
  auto model = find_model(options.model, places);
  if (!model) return model.error();
  const auto precision = choose_precision(options.precision);
  if (!precision) return precision.error();
  DetectFaces stage(*model, options.min_detection_score, *precision);
  stage.account_ = budget.open("vigia", memory::Kind::tensors);
  if (model->kind == FoundModel::Kind::yunet) {
    auto weights = read_yunet(model->file);
    if (!weights) return weights.error();
    stage.weights_ = std::make_shared<const YunetWeights>(*std::move(weights));
  }
  // The first detector shows that the others can be made.
  auto trial = stage.make({kInputMin, kInputMin});
  if (!trial) return trial.error();
  stage.name_ = stage.has_sizes() ? fmt::format("{} {}", stage.weights_->name(), to_string(*precision))
                                  : (*trial)->name();
  if (model->instead) {
    log::warn(
        "no YuNet model found, so faces are looked for with OpenCV's cascade: turned, tilted and small "
        "faces are missed, and each frame takes longer. './dev model' gets a model; detector.model: cascade "
        "says that this is meant");
  }
  return stage;
}

Result<std::unique_ptr<Detector>> DetectFaces::make(domain::Size input) const {
  if (!weights_) {
    auto cascade = CascadeDetector::create(model_.file, min_score_);
    if (!cascade) return cascade.error();
    return std::unique_ptr<Detector>(*std::move(cascade));
  }
  return YunetDetector::create({.weights = weights_,
                                .account = account_,
                                .input = input,
                                .precision = precision_,
                                .min_score = min_score_});
}

}  // namespace vigia::detect
