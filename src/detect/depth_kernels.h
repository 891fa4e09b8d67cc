// The second half of each of YuNet's pairs, on Google Highway (see sum_kernels.h): every channel's own 3x3
// convolution, bias, ReLU and, if one follows, a 2x2 maximum, in one pass over the picture. oneDNN computes
// them one after the other, over tensors that are larger than the cache.
//
// Sums are computed in 32-bit floats whatever the types read and written; bf16 results are rounded to the
// nearest. Outside the picture everything is 0. Instruction sets differ in the last bits, as in oneDNN.
// Cost: about half of the network's time in bf16 with AMX. Nothing allocates.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigia::detect {

// The number of channels must be a multiple of this: the most that one vector holds.
inline constexpr int kDepthStep = 16;

struct DepthLayer {
  int width = 0, height = 0;  // even, both, where it is pooled
  int channels = 0;           // a multiple of kDepthStep
  // Layout of the tensors: cells of `block` channels side by side, row by row, and channels / block such
  // pictures one behind the other. `channels` (channels last), or 8 or 16. A multiple of 8 that divides
  // `channels`.
  int from_block = 0, to_block = 0;
  std::vector<float> weights;  // see by_tap()
  std::vector<float> bias;     // [channels]
  bool relu = true;
  bool pool = false;
};

// From [channels][3][3], as models have them, to [3][3][channels], as layers want them.
std::vector<float> by_tap(std::span<const float> weights);

// A tensor in memory: floats, or the upper halves of floats (bf16).
struct DepthTensor {
  void* values = nullptr;
  bool bf16 = false;
};

// REQUIRES: `from` and `to` do not overlap.
void depth_convolution(const DepthLayer& layer, const DepthTensor& from, const DepthTensor& to);

}  // namespace vigia::detect
