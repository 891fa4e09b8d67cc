// In which numbers YuNet computes: 32-bit floats, or bfloat16 (the same range, 8 bits of precision), which
// takes about two thirds of the time where the CPU multiplies whole tiles of it (AMX) or has it at full speed
// (avx512_bf16 of AMD), longer where it has it at half speed (Intel's without AMX), and many times longer
// where it has not. What it does to the results: README.md.
//
//   const auto candidates = precisions_for(options.precision);
//   if (!candidates) return candidates.error();             // asked for what this CPU cannot do: exit 2
//
// Threads: all functions are thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigia::detect {

enum class Precision { f32, bf16 };
std::string_view to_string(Precision precision) noexcept;  // "f32", "bf16"

// By what oneDNN will use: AVX-512 with bfloat16, or AMX; ONEDNN_MAX_CPU_ISA in the environment, which
// oneDNN reads once, can hold it to less.
bool cpu_has_bf16() noexcept;

// What detector.precision leaves to choose from, at least one. auto: both where the CPU has bf16; the faster
// one is for who can measure it (detect_faces.h).
// Errors: invalid: bf16 where the CPU lacks it, or another word.
Result<std::vector<Precision>> precisions_for(const std::string& setting);

}  // namespace vigia::detect
