// The number format in which YuNet computes: 32-bit floats, or bfloat16 (the same range, 8 bits of
// precision). bfloat16 takes about two thirds of the time on CPUs that multiply whole tiles of it (AMX) or
// support it at full speed (AMD's avx512_bf16), longer on those with half speed (Intel's without AMX), and
// many times longer on those without it. Its effect on the results: README.md.
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

// True if oneDNN will use AVX-512 with bfloat16, or AMX; ONEDNN_MAX_CPU_ISA in the environment, which oneDNN
// reads once, can limit it.
bool cpu_has_bf16() noexcept;

// The precisions that detector.precision allows, at least one. auto: both if the CPU has bf16; detect_faces.h
// measures which is faster.
// Errors: invalid: bf16 where the CPU lacks it, or another word.
Result<std::vector<Precision>> precisions_for(const std::string& setting);

}  // namespace vigia::detect
