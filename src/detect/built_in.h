// vigia_n, the detector that is built in: models/vigia_n.onnx, whose numbers the build writes into the
// program (embed_model.cpp). Nothing is read, parsed or checked at run time. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "detect/yunet_weights.h"

namespace vigia::detect {

inline constexpr const char* kBuiltInModel = "vigia_n";

// How it compares with YuNet-n, and how to get that: for the log and `vigia check`.
inline constexpr const char* kBuiltInHint =
    "YuNet-n would find 86 of 100 faces where this finds 79, and more of the small and the turned ones: "
    "'vigia model' gets it (0.3 MB)";

YunetWeights built_in_weights();

// As built: the numbers of flatten(), bit by bit.
std::span<const std::uint32_t> built_in_words();

}  // namespace vigia::detect
