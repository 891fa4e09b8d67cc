// In which numbers YuNet computes: 32-bit floats, or bfloat16 (the same range, 8 bits of precision), which
// takes little more than half the time where the CPU has instructions for it, and many times longer where
// it has not. What it does to the results: README.md.
//
//   const auto precision = choose_precision(options.precision);
//   if (!precision) return precision.error();               // asked for what this CPU cannot do: exit 2
//
// Threads: all functions are thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace vigia::detect {

enum class Precision { f32, bf16 };
std::string_view to_string(Precision precision) noexcept;  // "f32", "bf16"

// By what oneDNN will use: AVX-512 with bfloat16, or AMX; ONEDNN_MAX_CPU_ISA in the environment, which
// oneDNN reads once, can hold it to less.
bool cpu_has_bf16() noexcept;

// detector.precision. auto: bf16 where the CPU has it, else f32.
// Errors: invalid: bf16 where the CPU lacks it, or another word.
Result<Precision> choose_precision(const std::string& setting);

}  // namespace vigia::detect
