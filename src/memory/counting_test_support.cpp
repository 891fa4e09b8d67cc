// Replaces the C library's malloc, locks and wake-ups: each counts on the calling thread and calls the
// original. operator new and delete, std::mutex and all libraries use these as well. Not linked with a
// sanitizer, which replaces the same functions.
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

#include "memory/hot_call_test_support.h"

namespace vigia::memory {
namespace {

thread_local Costs t_costs;
thread_local bool t_counting = false;

void count(int Costs::*what) noexcept {
  if (t_counting) ++(t_costs.*what);
}

// Set by the linker: the begin and end of the program's own code.
extern "C" const char __executable_start, etext;

void count_allocation(const void* caller) noexcept {
  if (!t_counting) return;
  ++t_costs.allocations;
  if (caller >= &__executable_start && caller < &etext) ++t_costs.ours;
}

// The C library has two versions of condition variables; without a version dlsym() returns the old ones,
// which cannot be mixed with the others.
template <class Function>
Function* next_of(Function* /*own*/, const char* name) noexcept {
  const bool counting = std::exchange(t_counting, false);  // the lookup allocates
  void* found = ::dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
  if (found == nullptr) found = ::dlsym(RTLD_NEXT, name);
  t_counting = counting;
  if (found == nullptr) std::abort();  // nothing here could go on
  return reinterpret_cast<Function*>(found);
}

}  // namespace

void start_counting() noexcept {
  t_costs = {};
  t_counting = true;
}

Costs stop_counting() noexcept {
  t_counting = false;
  return t_costs;
}

}  // namespace vigia::memory

using vigia::memory::Costs;
using vigia::memory::count;
using vigia::memory::count_allocation;
using vigia::memory::next_of;

// NOLINTBEGIN: these names are the C library's
extern "C" {

void* __libc_malloc(std::size_t bytes) noexcept;
void* __libc_calloc(std::size_t count, std::size_t bytes) noexcept;
void* __libc_realloc(void* memory, std::size_t bytes) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t bytes) noexcept;
void __libc_free(void* memory) noexcept;

}  // extern "C"

// All other forms of new and delete call these.
void* operator new(std::size_t bytes) {
  count_allocation(__builtin_return_address(0));
  void* const memory = __libc_malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  count_allocation(__builtin_return_address(0));
  void* const memory = __libc_memalign(static_cast<std::size_t>(alignment), bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/, std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}

extern "C" {

void* malloc(std::size_t bytes) noexcept {
  count_allocation(__builtin_return_address(0));
  return __libc_malloc(bytes);
}
void* calloc(std::size_t number, std::size_t bytes) noexcept {
  count_allocation(__builtin_return_address(0));
  return __libc_calloc(number, bytes);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  count_allocation(__builtin_return_address(0));
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  count_allocation(__builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  count_allocation(__builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  count_allocation(__builtin_return_address(0));
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  if (memory != nullptr) count(&Costs::frees);
  __libc_free(memory);
}

// NAME(argument), counted as WHAT and passed on.
#define VIGIA_COUNT(NAME, ARGUMENT, WHAT)           \
  int NAME(ARGUMENT* argument) noexcept {           \
    static const auto next = next_of(&NAME, #NAME); \
    count(&Costs::WHAT);                            \
    return next(argument);                          \
  }
#define VIGIA_COUNT_TIMED(NAME, ARGUMENT)                        \
  int NAME(ARGUMENT* argument, const timespec* until) noexcept { \
    static const auto next = next_of(&NAME, #NAME);              \
    count(&Costs::locks);                                        \
    return next(argument, until);                                \
  }

VIGIA_COUNT(pthread_mutex_lock, pthread_mutex_t, locks)
VIGIA_COUNT(pthread_mutex_trylock, pthread_mutex_t, locks)
VIGIA_COUNT_TIMED(pthread_mutex_timedlock, pthread_mutex_t)
VIGIA_COUNT(pthread_rwlock_rdlock, pthread_rwlock_t, locks)
VIGIA_COUNT(pthread_rwlock_wrlock, pthread_rwlock_t, locks)
VIGIA_COUNT(pthread_rwlock_tryrdlock, pthread_rwlock_t, locks)
VIGIA_COUNT(pthread_rwlock_trywrlock, pthread_rwlock_t, locks)
VIGIA_COUNT_TIMED(pthread_rwlock_timedrdlock, pthread_rwlock_t)
VIGIA_COUNT_TIMED(pthread_rwlock_timedwrlock, pthread_rwlock_t)
VIGIA_COUNT(pthread_cond_signal, pthread_cond_t, wakeups)
VIGIA_COUNT(pthread_cond_broadcast, pthread_cond_t, wakeups)
VIGIA_COUNT(sem_post, sem_t, wakeups)

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  static const auto next = next_of(&pthread_spin_lock, "pthread_spin_lock");
  count(&Costs::locks);
  return next(lock);
}

#undef VIGIA_COUNT
#undef VIGIA_COUNT_TIMED

}  // extern "C"
// NOLINTEND
