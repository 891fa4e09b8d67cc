// YuNet as a Detector: prepare, infer, decode, map back to the frame's pixels.
//
// It has a network for the smallest and for the largest of its inputs. One for another input, or for the part
// of an input that frames fill (filled_input()), is built by whoever calls supply()->make_wanted(); until
// then such frames are looked at with a larger one, which takes longer and finds the same faces. Threads:
// owner thread only; may be made on one thread and used on another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/network_shelf.h"
#include "detect/smallest_face.h"
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
    Claim claim = Claim::needed;  // for the memory of its first networks
  };
  // Errors: those of YunetNetwork::create().
  static Result<std::unique_ptr<Detector>> create(Setup setup);

  Status detect(const domain::Frame& frame, const SearchArea& view,
                std::vector<domain::Detection>& found) override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] std::shared_ptr<DetectorSupply> supply() const override { return networks_; }

 private:
  explicit YunetDetector(Setup setup);
  [[nodiscard]] domain::Size input_of(const domain::Region& region, int least_face) const noexcept;

  const Setup setup_;
  const std::shared_ptr<NetworkShelf> networks_;
};

}  // namespace vigia::detect
