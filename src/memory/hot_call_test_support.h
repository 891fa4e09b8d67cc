// Counts what a call costs the calling thread: allocations, locks, wake-ups, system calls.
//
//   const Costs costs = costs_of([&] { memory.retire(std::move(object)); });
//   const SystemCalls calls = system_calls_of([] { ...; return [=] { hot_call(); }; });
//
// A program that links this has its own malloc, pthread_mutex_lock and so on, which count and call the
// originals. A sanitizer also replaces these, so nothing can be counted with one: see kCanCount.
// Threads: each counts for itself; system_calls_of() one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace vigia::memory {

// Set by CMakeLists.txt, which leaves counting_test_support.cpp out with a sanitizer.
inline constexpr bool kCanCount = VIGIA_COUNTS_CALLS != 0;
inline constexpr auto kWhyNotCounted =
    "a sanitizer has its own malloc, locks and system calls: nothing can be counted";

struct Costs {
  int allocations = 0;
  int ours = 0;  // of them, by the program's own code: not inside a library, unless from its headers
  int frees = 0;
  int locks = 0;    // mutexes, read-write and spin locks, also those only tried
  int wakeups = 0;  // condition variables and semaphores, also where nobody waits
};

#if VIGIA_COUNTS_CALLS
void start_counting() noexcept;  // on the calling thread, from zero
Costs stop_counting() noexcept;
#else
inline void start_counting() noexcept {}
inline Costs stop_counting() noexcept {
  return {};
}
#endif

template <class Call>
Costs costs_of(const Call& call) {
  if constexpr (kCanCount) {
    start_counting();
    call();
    return stop_counting();
  } else {
    call();
    return {};
  }
}

struct SystemCalls {
  std::string skipped;       // why nothing could be tried: the system has no seccomp for us
  std::string failed;        // how the trial ended, where it did not end well
  std::vector<int> numbers;  // the system calls tried, all refused
};

// Forks. In the child a new thread calls prepare(), gives up every system call (seccomp), runs the function
// that prepare() returned, and reports the numbers of the calls it tried. Allowed: the clock's read (which
// the kernel maps into the process) and hot_pause(). A failed check in the child: std::abort().
SystemCalls system_calls_of(const std::function<std::function<void()>()>& prepare);

// Sleeps; the only sleep that the filter allows, so that a test's thread can leave the processor.
void hot_pause(std::chrono::nanoseconds how_long) noexcept;

}  // namespace vigia::memory
