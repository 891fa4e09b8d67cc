// What the system says about memory: limits that apply to this process, and what it holds now.
// Cost: a read of /proc or /sys each, microseconds; open descriptors: one per descriptor. Not for hot
// threads. Threads: thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace vigia::memory {

// Where the memory controller has put this process; folders below root, as the kernel shows them.
struct MemoryCgroup {
  int version = 0;               // 1 or 2
  std::filesystem::path folder;  // holds memory.max (2) or memory.limit_in_bytes (1)
  std::filesystem::path root;    // of the hierarchy
};
// None: no memory controller. `root`: of /proc and /sys, another one only in tests.
std::optional<MemoryCgroup> memory_cgroup(const std::filesystem::path& root = "/");

// The smallest of: the cgroup's limit (v2, else v1, its parents too), the machine's memory.
Bytes memory_limit(const std::filesystem::path& root = "/");

struct ProcessMemory {
  Bytes rss = 0;
  Bytes rss_peak = 0;
  Bytes anonymous = 0;  // of rss: what only swap could take away
  int threads = 0;
};
ProcessMemory process_memory();
// ProcessMemory::anonymous by the cheapest way.
Bytes anonymous_memory() noexcept;

int open_descriptors();
// What this process may open; 0: no limit.
int descriptor_limit();

}  // namespace vigia::memory
