// The second half of each of YuNet's pairs, on Google Highway (see sum_kernels.h): every channel's own 3x3
// convolution, bias, ReLU, and, where a 2x2 maximum follows, that too, in one pass over the picture. oneDNN
// has each of them, one after the other over tensors that are larger than the cache.
//
// Sums are made in 32-bit floats whatever is read and written; what is written as bf16 is rounded to the
// nearest. Around the picture everything is 0. Instruction sets differ in the last bits, as in oneDNN.
// Cost: about half of the network's time in bf16 with AMX. Nothing allocates.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigia::detect {

// How many channels must be a multiple of: what one vector holds, at most.
inline constexpr int kDepthStep = 16;

struct DepthLayer {
  int width = 0, height = 0;  // even, both, where it is pooled
  int channels = 0;           // a multiple of kDepthStep
  // Cells of so many channels side by side, row by row, and channels / block such pictures one behind the
  // other: `channels` (channels last), or a block of 8 or 16. A multiple of 8 that divides `channels`.
  int from_block = 0, to_block = 0;
  std::vector<float> weights;  // see by_tap()
  std::vector<float> bias;     // [channels]
  bool relu = true;
  bool pool = false;
};

// From [channels][3][3], as models have them, to [3][3][channels], as layers want them.
std::vector<float> by_tap(std::span<const float> weights);

// In memory as floats, or as the upper half of one.
struct DepthTensor {
  void* values = nullptr;
  bool bf16 = false;
};

// REQUIRES: `from` and `to` do not overlap.
void depth_convolution(const DepthLayer& layer, const DepthTensor& from, const DepthTensor& to);

}  // namespace vigia::detect
