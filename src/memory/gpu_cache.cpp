#include "memory/gpu_cache.h"

#include <algorithm>

#if defined(VIGIA_WITH_TORCH)
#include <torch/version.h>
#if __has_include(<c10/cuda/CUDACachingAllocator.h>) && defined(VIGIA_TORCH_CUDA)
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#define VIGIA_HAS_GPU_CACHE 1
#endif
#endif

namespace vigia::memory {

#if defined(VIGIA_HAS_GPU_CACHE)

namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

Bytes reserved_bytes() {
  Bytes all = 0;
  for (int device = 0; device < c10::cuda::device_count(); ++device) {
    const auto stats = allocator::getDeviceStats(device);
    all += stats.reserved_bytes[0].current;  // [0]: of small and large blocks together
  }
  return all;
}

}  // namespace

GpuCache GpuCache::find() {
  const int devices = c10::cuda::device_count();
  if (devices == 0) return {{}, {}, "none: libtorch sees no GPU", true};
  allocator::init(devices);
  return {&reserved_bytes,
          [] {
            const Bytes before = reserved_bytes();
            allocator::emptyCache();
            return std::max<Bytes>(0, before - reserved_bytes());  // others may have taken some meanwhile
          },
          "libtorch " TORCH_VERSION ", " + std::to_string(devices) + " GPUs", true};
}

#elif defined(VIGIA_WITH_TORCH)

GpuCache GpuCache::find() {
  return {{}, {}, "none: libtorch " TORCH_VERSION " was built without CUDA", true};
}

#else

GpuCache GpuCache::find() {
  return {{}, {}, "none: built without libtorch (VIGIA_WITH_TORCH)", false};
}

#endif

}  // namespace vigia::memory
