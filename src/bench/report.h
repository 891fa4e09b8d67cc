// The figures of one mode: the process that ran it writes them as lines, and they are in the JSON file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/histogram.h"
#include "base/result.h"

namespace vigia::bench {

struct Percentiles {  // microseconds
  double p50 = 0, p99 = 0, p999 = 0, max = 0;
  std::uint64_t count = 0;
};
Percentiles in_us(const Histogram& histogram);

struct RunSample {
  double seconds = 0;  // since the hot threads started
  Bytes rss_bytes = 0;
  double longest_stall_us = 0;  // since the sample before; 0: no call
};

struct ModeFigures {
  std::string mode;
  // "time": its seconds were over; "limit": it held too much; "killed": by SIGKILL and not by us,
  // most often the kernel's, for its memory: who sent it is not known; "stopped": by the user; "failed": it
  // gave no report.
  std::string ended = "failed";
  double seconds = 0;
  std::uint64_t frames_asked = 0, frames_done = 0, frames_dropped = 0;
  Percentiles stall_us;  // of hot threads: taking, growing, letting go, for each frame
  Percentiles own_us;    // of these: taking a frame's memory, releasing objects: Vigia's memory part
  Percentiles grow_us;   // of these: allocating what tracks need: the allocator, in every mode
  Percentiles touch_us;  // writing a frame: what the page faults of fresh memory cost
  Bytes rss_peak_bytes = 0;
  std::uint64_t passes = 0, objects_collected = 0;
  double collector_cpu_seconds = 0;
  std::uint64_t involuntary_switches = 0, minor_faults = 0;  // of hot threads

  // Figures of the destroy modes; their stalls are those of the time in which it was destroyed and went back
  // to the system, their seconds those until all was destroyed.
  Bytes destroyed_bytes = 0;
  Percentiles malloc_us;  // malloc and free of 4 KB on hot threads
  Bytes rss_before_bytes = 0, rss_after_bytes = 0;

  std::vector<RunSample> samples;
};

// One line of JSON each, as a running mode writes them.
std::string to_line(const RunSample& sample);
std::string to_line(const ModeFigures& report);  // without its samples
// Takes in a line of either kind; invalid for anything else.
Status add_line(std::string_view line, ModeFigures& into);

}  // namespace vigia::bench
