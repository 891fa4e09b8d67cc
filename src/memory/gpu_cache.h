// What libtorch's caching allocator keeps on the GPU, and how to give back what nobody uses of it. Present
// when the build has libtorch with CUDA (CMake: VIGIA_WITH_TORCH) and the machine a GPU; else both
// functions are empty, and `about` says why.
//
// Emptying it asks for no device-wide synchronise (no cudaDeviceSynchronize); libtorch gives its blocks back
// by cudaFree, for which the driver may wait for work that is under way.
// Threads: find() and the functions are thread-safe; emptying is the collector's work.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "memory/trimmer.h"

namespace vigia::memory {

struct GpuCache {
  std::function<Bytes()> reserved;  // of all GPUs together, used and idle
  TrimFunction empty;
  std::string about;
  bool built_in = false;  // the build has libtorch

  static GpuCache find();
};

}  // namespace vigia::memory
