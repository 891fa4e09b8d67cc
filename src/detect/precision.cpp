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

Result<Precision> choose_precision(const std::string& setting) {
  if (setting == "auto") return cpu_has_bf16() ? Precision::bf16 : Precision::f32;
  if (setting == "f32") return Precision::f32;
  if (setting != "bf16") {
    return Error{ErrorCode::invalid, fmt::format("detector.precision '{}': auto, f32 or bf16", setting)};
  }
  if (cpu_has_bf16()) return Precision::bf16;
  return Error{ErrorCode::invalid,
               "detector.precision bf16: this CPU has no instructions for it (avx512_bf16 or amx_bf16 in "
               "/proc/cpuinfo), and would be slower with it than with f32: use auto or f32"};
}

}  // namespace vigia::detect
