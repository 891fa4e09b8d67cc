// YuNet for one input size, built on oneDNN (dnnl_graph.h).
//
// Each pair of convolutions is a multiplication on oneDNN and a pass of depth_kernels.h, which includes the
// maximum that follows some of them. The neck's sums are done while enlarging, and the four heads of a level
// are one pair.
//
//   auto network = YunetNetwork::create(weights, {640, 384}, Precision::f32);
//   fill(network->input());                 // planes blue, green, red; 0..255, no mean, no scale
//   if (Status ran = network->run(); !ran) ...
//   network->heads(0);                      // stride 8: rows x columns cells of 16 floats
//
// With bf16 the input and the heads are still 32-bit floats; the layers between are not.
//
// Guarantee: run() allocates no tensors, and uses the calling thread only.
// Cost: README.md has a table. Threads: owner thread only, but a network may be made on one thread and
// then used on another.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "detect/dnnl_graph.h"
#include "detect/precision.h"
#include "detect/yunet_weights.h"
#include "domain/geometry.h"

namespace vigia::detect {

// Bounds of an input's width and height; both are multiples of the step.
inline constexpr int kInputMin = 64;
inline constexpr int kInputMax = 2048;
inline constexpr int kInputStep = 32;
Status check_input(domain::Size input);

// The smallest input that holds a picture of this size in its top left corner, without the black beside it,
// which in a square input is almost half of the work for a 16:9 camera. Each side is a multiple of a fifth of
// the input's, rounded up to kInputStep, so that cameras of many shapes and regions need at most nine inputs.
// REQUIRES: check_input(input) is ok; the content fits into it.
domain::Size filled_input(domain::Size content, domain::Size input);

class YunetNetwork {
 public:
  // Thread-safe; one waits for the other. Errors: invalid (the size), unavailable (the CPU lacks the
  // precision, oneDNN refused).
  static Result<YunetNetwork> create(const YunetWeights& weights, domain::Size input, Precision precision);

  [[nodiscard]] domain::Size input_size() const noexcept { return size_; }
  [[nodiscard]] Precision precision() const noexcept { return precision_; }
  // Three planes, one behind the other, rows without gaps. Must be filled before each run(), which overwrites
  // it.
  [[nodiscard]] std::span<float> input() { return graph_.values(input_); }
  Status run();
  // Of the last run: cell (row, column) of the level, row by row, YunetHead::kChannels floats each.
  [[nodiscard]] std::span<const float> heads(std::size_t level) const { return graph_.values(heads_[level]); }

  // See DnnlGraph. A name that begins with "ref" and does not go on with "jit" is a slow reference kernel.
  [[nodiscard]] std::vector<std::string> implementations() const { return graph_.implementations(); }
  [[nodiscard]] Bytes memory_bytes() const noexcept { return graph_.memory_bytes(); }

 private:
  YunetNetwork(domain::Size size, Precision precision)
      : size_(size), precision_(precision), graph_(precision) {}
  void lay_out(const YunetWeights& weights);
  DnnlGraph::Tensor lay_backbone(const YunetWeights& weights,
                                 std::array<DnnlGraph::Tensor, kYunetLevels>& taken);
  DnnlGraph::Tensor lay_heads(const YunetWeights& weights, std::size_t level, DnnlGraph::Tensor features);

  domain::Size size_;
  Precision precision_;
  DnnlGraph graph_;
  DnnlGraph::Tensor input_;
  std::array<DnnlGraph::Tensor, kYunetLevels> heads_;
};

}  // namespace vigia::detect
