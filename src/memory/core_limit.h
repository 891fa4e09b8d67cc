// How many cores this process may use.
// Cost: a few files of /proc and /sys. Not for hot threads. Threads: thread-safe.
#pragma once

#include <filesystem>

namespace vigia::memory {

// The cores that it may run on, or fewer where its cgroup or one above it (v2: cpu.max, v1:
// cpu.cfs_quota_us) has less CPU time, rounded up: 1.5 cores' time is 2. At least 1.
// `root`: of /proc and /sys, another one only in tests.
int core_limit(const std::filesystem::path& root = "/");

}  // namespace vigia::memory
