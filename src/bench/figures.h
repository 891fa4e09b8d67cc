// The figures that the hot threads record while they run. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/histogram.h"

namespace vigia::bench {

class Figures {
 public:
  // Runs it, and records how long it took as time that a hot thread spent on memory; also by `kind`: `own` or
  // `grow`.
  template <class Call>
  decltype(auto) stalling(Histogram& kind, Call&& call) {
    const Timer timer{*this, kind, true};
    return std::forward<Call>(call)();
  }
  // The same for what is not a stall of the memory part.
  template <class Call>
  decltype(auto) timing(Histogram& into, Call&& call) {
    const Timer timer{*this, into, false};
    return std::forward<Call>(call)();
  }
  // The longest stall since the last call.
  std::chrono::nanoseconds take_longest() noexcept {
    return std::chrono::nanoseconds(longest_ns_.exchange(0, std::memory_order_relaxed));
  }

  Histogram stall;         // one sample for each of a frame's steps: take, grow, let go
  Histogram own;           // of these: taking a frame's memory, letting go of things
  Histogram grow;          // of these: allocating what tracks need, the same in every mode
  Histogram touch;         // writing a frame for the first time: what page faults cost
  Histogram plain_malloc;  // malloc and free of 4 KB on hot threads
  std::atomic<bool> measuring{true};

  std::atomic<std::uint64_t> frames_asked{0}, frames_done{0}, frames_dropped{0};
  // Counts of the hot threads, valid when they have ended.
  std::atomic<std::uint64_t> involuntary_switches{0}, minor_faults{0};
  std::atomic<std::uint64_t> sum_of_frames{0};  // so that reading a frame cannot be left out

 private:
  struct Timer {
    Figures& figures;
    Histogram& into;
    bool is_stall;
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    ~Timer() {
      if (!figures.measuring.load(std::memory_order_relaxed)) return;
      const auto took = std::chrono::steady_clock::now() - begin;
      into.record(took);
      if (!is_stall) return;
      figures.stall.record(took);
      figures.note(took.count());
    }
  };
  void note(std::int64_t ns) noexcept {
    std::int64_t seen = longest_ns_.load(std::memory_order_relaxed);
    while (ns > seen && !longest_ns_.compare_exchange_weak(seen, ns, std::memory_order_relaxed)) {
    }
  }

  std::atomic<std::int64_t> longest_ns_{0};
};

}  // namespace vigia::bench
