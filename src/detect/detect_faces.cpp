#include "detect/detect_faces.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "detect/cascade_detector.h"
#include "detect/yunet_detector.h"

namespace vigia::detect {
namespace {

constexpr domain::Size kLarge{640, 384};
constexpr domain::Size kSmall{320, 192};
constexpr int kCamerasForLarge = 2;  // for each worker

}  // namespace

Result<domain::Size> choose_input(const DetectorOptions& options, int cameras, int workers) {
  if (options.input == domain::Size{}) return cameras <= kCamerasForLarge * workers ? kLarge : kSmall;
  if (Status fits = check_input(options.input); !fits) return fits.error();
  return options.input;
}

Result<DetectFaces> DetectFaces::create(const DetectorOptions& options, domain::Size input,
                                        const ModelPlaces& places, memory::Budget& budget) {
  auto model = find_model(options.model, places);
  if (!model) return model.error();
  DetectFaces stage(*model, options.min_detection_score, input);
  stage.account_ = budget.open("vigia", memory::Kind::tensors);
  if (model->kind == FoundModel::Kind::yunet) {
    auto weights = read_yunet(model->file);
    if (!weights) return weights.error();
    stage.weights_ = std::make_shared<const YunetWeights>(*std::move(weights));
  }
  // The first detector shows that the others can be made.
  auto trial = stage.make();
  if (!trial) return trial.error();
  stage.name_ = (*trial)->name();
  if (model->instead) {
    log::warn(
        "no YuNet model found, so faces are looked for with OpenCV's cascade: turned, tilted and small "
        "faces are missed, and each frame takes longer. './dev model' gets a model; detector.model: cascade "
        "says that this is meant");
  }
  return stage;
}

Result<std::unique_ptr<Detector>> DetectFaces::make() const {
  if (!weights_) {
    auto cascade = CascadeDetector::create(model_.file, min_score_);
    if (!cascade) return cascade.error();
    return std::unique_ptr<Detector>(*std::move(cascade));
  }
  auto network = YunetNetwork::create(*weights_, input_);
  if (!network) return network.error();
  memory::Charge charge(account_, network->memory_bytes());
  return std::unique_ptr<Detector>(
      std::make_unique<YunetDetector>(*std::move(network), weights_->name(), min_score_, std::move(charge)));
}

}  // namespace vigia::detect
