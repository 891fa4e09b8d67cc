// YuNet as a Detector: prepare, infer, decode, back to the frame's pixels.
// Threads: owner thread only; may be made on one thread and used on another.
#pragma once

#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/prepare_input.h"
#include "detect/yunet_network.h"
#include "memory/budget.h"

namespace vigia::detect {

class YunetDetector final : public Detector {
 public:
  // network_name: the weights' name. charge: for the network's memory.
  YunetDetector(YunetNetwork network, const std::string& network_name, double min_score,
                memory::Charge charge);

  Status detect(const domain::Frame& frame, const domain::Region& rot,
                std::vector<domain::Detection>& found) override;
  [[nodiscard]] std::string name() const override { return name_; }

 private:
  const std::string name_;
  const double min_score_;
  const memory::Charge charge_;
  YunetNetwork network_;
  InputPreparer preparer_;
};

}  // namespace vigia::detect
