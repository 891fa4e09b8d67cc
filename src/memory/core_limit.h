// How many cores this process may use.
// Cost: a few files of /proc and /sys. Not for hot threads. Threads: thread-safe.
#pragma once

#include <filesystem>

namespace vigia::memory {

// The number of cores that it may run on, or fewer if its cgroup or a parent (v2: cpu.max, v1:
// cpu.cfs_quota_us) allows less CPU time, rounded up: 1.5 cores' time counts as 2. At least 1. `root`: of
// /proc and /sys, another one only in tests.
int core_limit(const std::filesystem::path& root = "/");

}  // namespace vigia::memory
