// What a call costs the thread that makes it, counted: allocations, locks, wake-ups, system calls.
//
//   const Costs costs = costs_of([&] { memory.retire(std::move(object)); });
//   const SystemCalls calls = system_calls_of([] { ...; return [=] { hot_call(); }; });
//
// The program that links this has its own malloc, pthread_mutex_lock and so on, which count and pass on.
// A sanitizer brings its own of these: there nothing can be counted, see kCanCount.
// Threads: each counts for itself; system_calls_of() one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace vigia::memory {

// Said by CMakeLists.txt, which leaves counting_test_support.cpp out where there is a sanitizer.
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
  std::vector<int> numbers;  // those that were asked for, and refused
};

// Forks. In the child a fresh thread calls prepare(), gives up every system call (seccomp), runs what
// prepare() returned, and the numbers of the calls it tried come back. Let through: the clock's read (which
// the kernel maps into the process) and hot_pause(). A failed check in the child: std::abort().
SystemCalls system_calls_of(const std::function<std::function<void()>()>& prepare);

// Sleeps; the one way that the filter lets through, so that a test's thread can leave the processor.
void hot_pause(std::chrono::nanoseconds how_long) noexcept;

}  // namespace vigia::memory
