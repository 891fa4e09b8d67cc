// A network of convolutions on oneDNN, for one input size and one thread: the only file pair that knows
// oneDNN. Written for and tested with 2.6 (3.x spells post-operations and attributes differently).
//
// First it is laid out, layer by layer in the order of execution; then finish() allocates its tensors;
// then it can run. Tensors that are no longer needed are given back, and those laid out later share their
// memory, so that a chain of layers runs back and forth between two pieces that stay in the cache.
//
//   DnnlGraph graph(Precision::f32);
//   auto input = graph.input(3, {640, 384});
//   auto features = graph.convolution(graph.in_precision(input), {...});
//   graph.give_back(input);
//   graph.finish();
//   fill(graph.values(input)); graph.run(); use(graph.values(features));
//
// Guarantee: run() allocates no tensors and uses the calling thread only. All functions but the getters
// throw what oneDNN throws (std::exception).
// Threads: owner thread only, but it may be made on one thread and then used on another.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "detect/precision.h"
#include "domain/geometry.h"

namespace vigia::detect {

class DnnlGraph {
 public:
  struct Tensor {
    int index = -1;
  };

  // A square convolution with bias, padded so that with stride 1 the size stays.
  struct Convolution {
    int in = 0;
    int out = 0;
    int kernel = 1;
    int stride = 1;
    std::span<const float> weights;  // [out][in][kernel][kernel]
    std::span<const float> bias;     // [out]
    // Not empty: a second one follows, 3x3 and within each channel, computed in the same pass.
    std::span<const float> depth_weights;  // [out][3][3]
    std::span<const float> depth_bias;
    bool relu = true;     // at the very end
    bool floats = false;  // the result is f32 whatever the precision
  };

  // Whether oneDNN has fast kernels for it here: see precision.h.
  static bool cpu_has(Precision precision) noexcept;

  // In f32, everything is. In bf16 weights and tensors are bf16, biases and what is summed up f32, and so
  // are the input and those results that are asked for as floats. REQUIRES: cpu_has(precision).
  explicit DnnlGraph(Precision precision);
  DnnlGraph(DnnlGraph&&) noexcept;
  DnnlGraph& operator=(DnnlGraph&&) noexcept;
  ~DnnlGraph();

  // Laying out. The numbers given are copied.
  Tensor input(int channels, domain::Size size);  // planes one behind the other, rows without gaps
  // An input's numbers as the layers want them: itself, where that is f32.
  Tensor in_precision(Tensor from);
  Tensor convolution(Tensor from, const Convolution& layer);  // REQUIRES: in_precision()
  Tensor pooled(Tensor from);                                 // maximum of each 2x2
  void add_doubled(Tensor coarser, Tensor finer);             // finer += coarser, each value four times
  Tensor channels_last(Tensor from);  // row by row, the channels of a cell side by side
  void give_back(Tensor tensor);      // no layer laid out from now on reads it
  void finish();

  // REQUIRES: finish() was called.
  void run();
  // Where its values are: an input's before run(), those of a tensor not given back after it.
  // REQUIRES: it is an input, or the result of a convolution with `floats`, or made from that.
  [[nodiscard]] std::span<float> values(Tensor tensor) const;
  // What oneDNN chose for each layer, in order of execution: "jit_1x1:avx512_core".
  [[nodiscard]] std::vector<std::string> implementations() const;
  [[nodiscard]] Bytes memory_bytes() const noexcept;  // tensors, weights, scratchpad

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigia::detect
