// The machine in the JSON files of all benches. Pure functions.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/machine.h"

namespace vigia::bench {

inline nlohmann::ordered_json machine_json(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"memory_bytes", machine.memory},
          {"kernel", machine.kernel},
          {"allocator", machine.allocator}};
}

}  // namespace vigia::bench
