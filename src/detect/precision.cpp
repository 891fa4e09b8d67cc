#include "detect/precision.h"

#include <fmt/format.h>

#include "detect/dnnl_graph.h"

namespace vigia::detect {

std::string_view to_string(Precision precision) noexcept {
  return precision == Precision::bf16 ? "bf16" : "f32";
}

bool cpu_has_bf16() noexcept {
  return DnnlGraph::cpu_has(Precision::bf16);
}

Result<std::vector<Precision>> precisions_for(const std::string& setting) {
  if (setting == "f32" || (setting == "auto" && !cpu_has_bf16())) return std::vector{Precision::f32};
  if (setting == "auto") return std::vector{Precision::f32, Precision::bf16};
  if (setting != "bf16") {
    return Error{ErrorCode::invalid, fmt::format("detector.precision '{}': auto, f32 or bf16", setting)};
  }
  if (cpu_has_bf16()) return std::vector{Precision::bf16};
  return Error{ErrorCode::invalid,
               "detector.precision bf16: this CPU has no instructions for it (avx512_bf16 or amx_bf16 in "
               "/proc/cpuinfo), and would be slower with it than with f32: use auto or f32"};
}

}  // namespace vigia::detect
