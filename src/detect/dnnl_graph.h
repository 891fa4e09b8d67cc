// A network of convolutions on oneDNN, for one input size and one thread: the only file pair that uses
// oneDNN. Written for and tested with 2.6 (post-operations and attributes differ in 3.x).
//
// First the layers are declared in the order of execution; then finish() allocates the tensors; then it can
// run. Tensors that are no longer needed are given back, and later ones share their memory, so that a chain
// of layers alternates between two blocks that stay in the cache.
//
//   DnnlGraph graph(Precision::f32);
//   auto input = graph.input(3, {640, 384});
//   auto features = graph.convolution(input, {...});
//   graph.give_back(input);
//   auto heads = graph.pair(features, {..., .floats = true});
//   graph.finish();
//   fill(graph.values(input)); graph.run(); use(graph.values(heads));
//
// oneDNN computes the 1x1 half of a pair, which is most of the arithmetic. On a CPU with AMX it uses whole
// tiles of bf16, which needs the channels side by side. depth_kernels.h computes the other half. oneDNN can
// fuse the two, except with AMX; that was slower by a quarter and more, in f32 and in bf16, on every machine
// measured: README.md.
//
// Guarantee: run() allocates no tensors and uses the calling thread only. All functions but the getters may
// throw oneDNN's exceptions (std::exception).
// Threads: owner thread only, but it may be made on one thread and then used on another.
#pragma once

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

  // A square convolution with bias and ReLU, padded so that with stride 1 the size stays. In f32.
  struct Convolution {
    int in = 0;
    int out = 0;
    int kernel = 1;
    int stride = 1;
    std::span<const float> weights;  // [out][in][kernel][kernel]
    std::span<const float> bias;     // [out]
  };
  // A 1x1 convolution, then a 3x3 one within each channel, both with bias.
  struct Pair {
    int in = 0;
    int out = 0;                           // a multiple of 16
    std::span<const float> weights;        // [out][in]
    std::span<const float> bias;           // [out]
    std::span<const float> depth_weights;  // [out][3][3]
    std::span<const float> depth_bias;
    bool relu = true;  // at the very end
    bool floats =
        false;  // the result is f32 whatever the precision, row by row, a cell's channels side by side
    bool pool = false;  // the result is the maximum of each 2x2
  };

  // Whether oneDNN has fast kernels for it on this CPU: see precision.h.
  static bool cpu_has(Precision precision) noexcept;

  // With f32 everything is computed in f32. With bf16 the inputs and outputs of pairs are bf16 and sums are
  // f32; a convolution is computed in f32, and so is the first half of a pair that reads its result.
  // REQUIRES: cpu_has(precision).
  explicit DnnlGraph(Precision precision);
  DnnlGraph(DnnlGraph&&) noexcept;
  DnnlGraph& operator=(DnnlGraph&&) noexcept;
  ~DnnlGraph();

  // Declaring layers. The weights are copied.
  Tensor input(int channels, domain::Size size);  // planes one behind the other, rows without gaps
  Tensor convolution(Tensor from, const Convolution& layer);
  Tensor pair(Tensor from, const Pair& layer);
  Tensor pooled(Tensor from);                      // maximum of each 2x2
  void add_doubled(Tensor coarser, Tensor finer);  // finer += coarser, each value four times
  void give_back(Tensor tensor);                   // no layer laid out from now on reads it
  void finish();

  // REQUIRES: finish() was called.
  void run();
  // The tensor's values: of an input before run(), of a tensor that was not given back after run().
  // REQUIRES: it is an input, or the result of a pair with `floats`.
  [[nodiscard]] std::span<float> values(Tensor tensor) const;
  // The implementation of each step, in order of execution: oneDNN's choice, such as "jit_1x1:avx512_core",
  // or "depth".
  [[nodiscard]] std::vector<std::string> implementations() const;
  [[nodiscard]] Bytes memory_bytes() const noexcept;  // tensors, weights, scratchpad

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigia::detect
