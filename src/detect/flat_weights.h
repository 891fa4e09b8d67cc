// The weights of a network of YuNet-n's form as one array in a fixed order. The build makes it from
// models/vigia_n.onnx (embed_model.cpp), so that the program contains weights and not a file that has to be
// parsed. Threads: pure functions.
#pragma once

#include <span>
#include <vector>

#include "detect/yunet_weights.h"

namespace vigia::detect {

// REQUIRES: weights.variant is n.
std::vector<float> flatten(const YunetWeights& weights);

// Errors (invalid): the number of weights differs from YuNet-n's.
Result<YunetWeights> unflatten(std::span<const float> numbers);

}  // namespace vigia::detect
