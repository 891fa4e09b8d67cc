// How much memory a mode may hold.
#pragma once

#include <algorithm>

#include "bench/bench_options.h"
#include "memory/system_memory.h"

namespace vigia::bench {

// The user's figure; without one 1 GiB, or 90 % of what this process may use if that is less, so that
// a mode ends before the kernel ends it. Until killed: the kernel's own.
inline Bytes limit_of(const MemoryBenchOptions& options) {
  if (options.until_killed) return memory::memory_limit();
  return options.limit > 0 ? options.limit : std::min(1_GiB, memory::memory_limit() / 10 * 9);
}

}  // namespace vigia::bench
