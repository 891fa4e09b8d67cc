#include "memory/allocator.h"

#include <malloc.h>

#include <algorithm>

#include "memory/system_memory.h"

#if defined(VIGIA_MIMALLOC)
#include <mimalloc.h>
#elif defined(VIGIA_JEMALLOC)
#include <jemalloc/jemalloc.h>
#endif

namespace vigia::memory {

#if defined(VIGIA_MIMALLOC)

void prepare_allocator() noexcept {}
std::string_view allocator_name() noexcept {
  return "mimalloc";
}
static void give_back() noexcept {
  mi_collect(true);
}

#elif defined(VIGIA_JEMALLOC)

// Read by jemalloc at its start: its own threads give free pages back after 2 s, so that no thread that
// allocates or frees has to.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0";

void prepare_allocator() noexcept {}
std::string_view allocator_name() noexcept {
  return "jemalloc";
}
static void give_back() noexcept {
  mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // 4096: MALLCTL_ARENAS_ALL
}

#else

void prepare_allocator() noexcept {
  // Setting either of them also stops glibc from moving both.
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kOwnMappingFrom));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(kOwnMappingFrom));
}
std::string_view allocator_name() noexcept {
  return "glibc";
}
static void give_back() noexcept {
  ::malloc_trim(0);
}

#endif

Bytes trim_allocator() noexcept {
  const Bytes before = anonymous_memory();
  give_back();
  return std::max<Bytes>(0, before - anonymous_memory());
}

}  // namespace vigia::memory
