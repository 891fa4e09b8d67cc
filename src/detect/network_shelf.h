// The networks of one detector, by the size of their input.
//
// Building a network takes milliseconds and waits for whoever builds another one, so the worker, for whom
// frames wait, never does it. It asks for what it lacks with want(), uses the smallest network that is large
// enough meanwhile, and finds the wanted one with find() once another thread has built it in make_wanted().
//
//   worker:        NetworkShelf::Sized* sized = shelf.find(size);        // perhaps a larger one
//   housekeeping:  if (Status made = shelf.make_wanted(); !made) ...     // every tick
//
// Networks stay until the shelf is destroyed: at most kMost, for the shapes of picture that the cameras of
// one worker send. Their memory is charged to the budget. make_wanted() respects a refusal: the larger
// network stays in use, which costs time, not faces. Cost: find() looks through the networks there are; no
// lock, no allocation. Threads: find() owner thread only (the worker's); make() and make_wanted() one thread
// at a time, beside it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "detect/detector.h"
#include "detect/precision.h"
#include "detect/prepare_input.h"
#include "detect/yunet_network.h"
#include "memory/budget.h"

namespace vigia::detect {

class NetworkShelf final : public DetectorSupply {
 public:
  static constexpr std::size_t kMost = 48;

  struct Sized {
    YunetNetwork network;
    InputPreparer preparer;
    memory::Charge charge;
  };

  NetworkShelf(std::shared_ptr<const YunetWeights> weights, std::shared_ptr<memory::Account> account,
               Precision precision)
      : weights_(std::move(weights)), account_(std::move(account)), precision_(precision) {}

  // Builds one now, unless it is there. Its memory is known only once it is built: a refusable one is thrown
  // away again if the budget has no room. Errors: no_memory; those of YunetNetwork::create().
  Status make(domain::Size input, Claim claim);

  // The network for this input, or else the smallest that holds it, and the wish for the right one is noted.
  // nullptr: all are too small.
  [[nodiscard]] Sized* find(domain::Size input) noexcept;

  // Builds the network that find() lacked last; false: there was nothing to build. Errors: those of make().
  Result<bool> make_wanted() override;

 private:
  [[nodiscard]] bool has(domain::Size input) const noexcept;

  // Constant after construction.
  const std::shared_ptr<const YunetWeights> weights_;
  const std::shared_ptr<memory::Account> account_;
  const Precision precision_;

  std::array<std::unique_ptr<Sized>, kMost> networks_;  // those before count_ never change
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> wanted_{0};  // a size in one word; 0: none
};

}  // namespace vigia::detect
