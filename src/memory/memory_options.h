// What the user sets about memory. Keys: memory.*
#pragma once

#include "base/bytes.h"

namespace vigia::memory {

struct MemoryOptions {
  // Seconds between two passes of the collector, and so the longest that a retired object waits.
  // 1-2: less held, more passes; 10-20: the reverse.
  double gc_interval = 5.0;
  // The most that frames, images and waiting shots may hold. 0: 60 % of the memory this process may use;
  // never more than 80 % of that.
  Bytes budget_bytes = 0;
  // The most that one camera may hold of it: frames, packets and tables of its decoder. A camera that is
  // down, hangs or sends garbage cannot take more. 0: half of the budget, at most 1 GiB.
  Bytes camera_quota_bytes = 0;

  // With libtorch and a GPU: empty its idle cache at each pass, as Vigia's predecessors did, not only when
  // memory is short. Costs GPU time whenever the cache is needed again.
  bool empty_gpu_cache_each_pass = false;

  bool operator==(const MemoryOptions&) const = default;
};

}  // namespace vigia::memory
