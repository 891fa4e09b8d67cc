// What the system says about memory: limits that apply to this process, and what it holds now.
// Cost: a read of /proc or /sys each; not for hot threads. Thread-safe.
#pragma once

#include "base/bytes.h"

namespace vigia::memory {

// The smallest of: the cgroup's limit (v2, else v1, its parents too), the machine's memory.
Bytes memory_limit();

struct ProcessMemory {
  Bytes rss = 0;
  Bytes rss_peak = 0;
};
ProcessMemory process_memory();

}  // namespace vigia::memory
