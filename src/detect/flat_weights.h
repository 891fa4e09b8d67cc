// The weights of a network of YuNet-n's form as one row of numbers, in one order for ever: what the build
// makes of models/vigia_n.onnx (embed_model.cpp), so that the program holds weights and not a file in it
// that has to be parsed. Threads: pure functions.
#pragma once

#include <span>
#include <vector>

#include "detect/yunet_weights.h"

namespace vigia::detect {

// REQUIRES: weights.variant is n.
std::vector<float> flatten(const YunetWeights& weights);

// Errors (invalid): not as many numbers as YuNet-n has.
Result<YunetWeights> unflatten(std::span<const float> numbers);

}  // namespace vigia::detect
