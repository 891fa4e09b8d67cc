// Reads what another process holds, from outside: all figures of memory/system_memory.h in one call.
// Cost: some 50 us, none of it the process's (smaps would hold up its memory calls: not used).
// Thread-safe.
#pragma once

#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"

namespace vigia::testing {

struct ProcessSample {
  Bytes anonymous = 0;  // resident and not from files: what a leak makes grow
  Bytes resident = 0;
  Bytes peak = 0;  // the highest resident ever
  int threads = 0;
  int descriptors = 0;
};

// Errors: not_found (no such process, or it has ended), io.
Result<ProcessSample> sample_process(pid_t pid);

}  // namespace vigia::testing
