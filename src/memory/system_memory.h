// What the system says about memory: limits that apply to this process, and what it holds now.
// Cost: a read of /proc or /sys each, microseconds; open descriptors: one per descriptor. Not for hot
// threads. Threads: thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"

namespace vigia::memory {

// Where a controller ("memory", "pids") has put this process; folders as the kernel shows them. With
// version 2 the nearest group upwards in which the controller is at work.
struct Cgroup {
  int version = 0;               // 1 or 2
  std::filesystem::path folder;  // holds memory.max (2) or memory.limit_in_bytes (1), say
  std::filesystem::path root;    // of the hierarchy
};
// None: no such controller. `root`: of /proc and /sys, another one only in tests.
std::optional<Cgroup> cgroup_of(const std::string& controller, const std::filesystem::path& root = "/");

// The smallest of: the cgroup's limits (v2, also memory.high, from where on threads are held up; else v1;
// its parents' too), the machine's memory.
Bytes memory_limit(const std::filesystem::path& root = "/");

struct ProcessMemory {
  Bytes rss = 0;
  Bytes rss_peak = 0;
  Bytes anonymous = 0;  // of rss: what only swap could take away
  int threads = 0;
};

// This process's files in /proc, kept open: they answer also when no descriptor is left. Nothing where
// they cannot be read.
class ProcessFiles {
 public:
  ProcessFiles();
  [[nodiscard]] std::optional<ProcessMemory> memory() const noexcept;
  [[nodiscard]] std::optional<Bytes> anonymous() const noexcept;  // the cheapest way to it

 private:
  Fd status_, statm_;
};

// The same, once: zeros where it cannot be read.
ProcessMemory process_memory();
Bytes anonymous_memory();

// Nothing when they cannot be counted: there is none left to do it with.
std::optional<int> open_descriptors();
// What this process may open; 0: no limit.
int descriptor_limit();
// Threads that it may have: the smallest of its cgroup's limit, its user's (not root's), and the machine's;
// 0: unknown.
int thread_limit(const std::filesystem::path& root = "/");

}  // namespace vigia::memory
