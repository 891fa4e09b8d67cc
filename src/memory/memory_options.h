// What the user sets about memory. Keys: memory.*
#pragma once

#include "base/bytes.h"

namespace vigia::memory {

struct MemoryOptions {
  // Seconds between two passes of the collector, and so the longest that a retired object waits.
  // 1-2: less held, more passes; 10-20: the reverse.
  double gc_interval = 5.0;
  // All that frames, images and waiting shots may hold. 0: 60 % of the memory this process may use.
  Bytes budget_bytes = 0;

  bool operator==(const MemoryOptions&) const = default;
};

}  // namespace vigia::memory
