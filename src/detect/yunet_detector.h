// YuNet as a Detector: prepare, infer, decode, map back to the frame's pixels.
//
// It has a network for the smallest and for the largest of its inputs. A network for another input, or for a
// part of one that frames fill (filled_input()), is made when the first such frame comes, which then takes
// some ms more, and kept. Threads: owner thread only; may be made on one thread and used on another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/prepare_input.h"
#include "detect/smallest_face.h"
#include "detect/yunet_network.h"
#include "memory/budget.h"

namespace vigia::detect {

class YunetDetector final : public Detector {
 public:
  struct Setup {
    std::shared_ptr<const YunetWeights> weights;
    std::shared_ptr<memory::Account> account;  // for the networks' memory
    InputRange inputs;
    Precision precision = Precision::f32;
    double min_score = 0;
  };
  // Errors: those of YunetNetwork::create().
  static Result<std::unique_ptr<Detector>> create(Setup setup);

  Status detect(const domain::Frame& frame, const View& view, std::vector<domain::Detection>& found) override;
  [[nodiscard]] std::string name() const override;

 private:
  struct Sized {
    YunetNetwork network;
    InputPreparer preparer;
    memory::Charge charge;
  };

  explicit YunetDetector(Setup setup) : setup_(std::move(setup)) {}
  Result<Sized*> sized(domain::Size input);
  [[nodiscard]] domain::Size input_of(const domain::Region& region, int least_face) const noexcept;

  const Setup setup_;
  std::vector<Sized> networks_;
};

}  // namespace vigia::detect
