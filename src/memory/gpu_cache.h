// The memory that libtorch's caching allocator keeps on the GPU, and how to give its unused part back.
// Present if the build has libtorch with CUDA (CMake: VIGIA_WITH_TORCH) and the machine a GPU; else both
// functions are empty, and `about` says why.
//
// Emptying it does not synchronise the whole device (no cudaDeviceSynchronize); libtorch frees its blocks
// with cudaFree, in which the driver may wait for running work. Threads: find() and the functions are
// thread-safe; the collector empties it.
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
