// Measures how busy the workers are, and carries the answer back: strands add to it, housekeeping reads it
// once a second and writes the step (src/load/overload.h).
//
// CPU time is not here: housekeeping reads the threads' clocks.
// Only live cameras count, whose frames come as time passes and are dropped when no worker takes them. Files
// that wait for the workers always keep them busy, and files played faster than real time may need more than
// there is: neither means that the machine is too slow.
// Cost: an atomic addition a frame or turn. Threads: thread-safe, no lock; numbers are read one by one.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "domain/decoding.h"

namespace vigia::pipeline {

struct LoadMeter {
  std::atomic<Nanoseconds::rep> busy{0};  // wall time of workers in turns of live cameras
  // Frames of live cameras that gave way while their strand was behind for a while: not those of a burst
  // from the network, nor of a camera that has just begun to send.
  std::atomic<std::uint64_t> frames_late{0};

  // Cameras that may drop search every Nth frame only (on top of their own detector_step).
  std::atomic<int> step{1};
  // What all live cameras decode.
  std::atomic<domain::Decoding> decoding{domain::Decoding::all};

  void add_busy(Nanoseconds took) noexcept { busy.fetch_add(took.count(), std::memory_order_relaxed); }
};

}  // namespace vigia::pipeline
