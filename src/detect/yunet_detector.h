// YuNet as a Detector: prepare, infer, decode, back to the frame's pixels.
//
// It has a network for the whole input, and one for each part of it that frames turn out to fill
// (filled_input()): made when the first such frame comes, which then takes some ms more, and kept.
// Threads: owner thread only; may be made on one thread and used on another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/prepare_input.h"
#include "detect/yunet_network.h"
#include "memory/budget.h"

namespace vigia::detect {

class YunetDetector final : public Detector {
 public:
  struct Setup {
    std::shared_ptr<const YunetWeights> weights;
    std::shared_ptr<memory::Account> account;  // for the networks' memory
    domain::Size input;
    Precision precision = Precision::f32;
    double min_score = 0;
  };
  // Errors: those of YunetNetwork::create().
  static Result<std::unique_ptr<Detector>> create(Setup setup);

  Status detect(const domain::Frame& frame, const domain::Region& rot,
                std::vector<domain::Detection>& found) override;
  [[nodiscard]] std::string name() const override;

 private:
  struct Sized {
    YunetNetwork network;
    InputPreparer preparer;
    memory::Charge charge;
  };

  explicit YunetDetector(Setup setup) : setup_(std::move(setup)) {}
  Result<Sized*> sized(domain::Size input);

  const Setup setup_;
  std::vector<Sized> networks_;
};

}  // namespace vigia::detect
