// Reads from the system the limits that apply to this process, and what it, or another one, holds now.
// Cost: a read of /proc or /sys each, microseconds; open descriptors: one per descriptor. Not for hot
// threads. Threads: thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"

namespace vigia::memory {

// The cgroup of this process for a controller ("memory", "pids"); folders as the kernel shows them. With
// version 2 the nearest group upwards in which the controller is active.
struct Cgroup {
  int version = 0;               // 1 or 2
  std::filesystem::path folder;  // holds memory.max (2) or memory.limit_in_bytes (1), say
  std::filesystem::path root;    // of the hierarchy
};
// Nothing: no such controller. `root`: of /proc and /sys, another one only in tests.
std::optional<Cgroup> cgroup_of(const std::string& controller, const std::filesystem::path& root = "/");

// The smallest of: the cgroup's limits (v2, including memory.high, above which threads are throttled; else
// v1), those of its parents, and the machine's memory.
Bytes memory_limit(const std::filesystem::path& root = "/");

struct ProcessMemory {
  Bytes rss = 0;
  Bytes rss_peak = 0;
  Bytes anonymous = 0;  // the part of rss that only swapping could release
  int threads = 0;
};

// A process's files in /proc, kept open, so that they can be read even when no descriptor is left. Nothing
// if they cannot be read. The other process is not disturbed.
class ProcessFiles {
 public:
  explicit ProcessFiles(const std::string& pid = "self");
  [[nodiscard]] std::optional<ProcessMemory> memory() const noexcept;
  [[nodiscard]] std::optional<Bytes> anonymous() const noexcept;  // the cheapest way to it

 private:
  Fd status_, statm_;
};

// The same, once: zeros where it cannot be read.
ProcessMemory process_memory();
Bytes anonymous_memory();

// Nothing if they cannot be counted, since that itself takes a descriptor.
std::optional<int> open_descriptors(const std::string& pid = "self");
// Number of descriptors that this process may open; 0: no limit.
int descriptor_limit();
// Number of threads that it may have: the smallest of its cgroup's limit, its user's (not root's), and the
// machine's; 0: unknown.
int thread_limit(const std::filesystem::path& root = "/");

}  // namespace vigia::memory
