// What the memory part tells of itself: MemoryManager::stats() fills it. A value.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/histogram.h"
#include "memory/budget.h"
#include "memory/vitals.h"

namespace vigia::memory {

struct MemoryStats {
  bool is_running = false;
  double gc_interval = 0;               // seconds
  std::uint64_t gc_count = 0;           // passes run
  std::uint64_t early_passes = 0;       // of these: much was retired, or memory was short
  std::uint64_t objects_collected = 0;  // retired objects destroyed by the collector
  std::uint64_t objects_pending = 0;
  std::uint64_t inline_frees = 0;     // destroyed by the thread that retired them: not running
  std::uint64_t errors = 0;           // destructors and trimmers that threw
  std::uint64_t leases_refused = 0;   // buffers asked for and not given
  std::uint64_t pressure_events = 0;  // the kernel said that memory is short
  Bytes bytes_pending = 0;
  Bytes bytes_trimmed = 0;
  Bytes budget_bytes = 0;
  Bytes in_use_bytes = 0;
  Bytes limit_bytes = 0;  // what the process may use in all
  Bytes rss_bytes = 0;
  Bytes rss_peak_bytes = 0;
  Bytes gpu_cache_bytes = 0;  // kept by libtorch's allocator on the GPU
  int open_fds = 0;
  int threads = 0;
  double collector_cpu_seconds = 0;
  Histogram::Percentiles hot_stall_us;  // time per call that threads spent inside this part
  Histogram::Distribution hot_stall;    // of the same
  std::vector<Budget::Use> owners;
  Growth growth;
};

}  // namespace vigia::memory
