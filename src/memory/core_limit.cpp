#include "memory/core_limit.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

namespace fs = std::filesystem;

constexpr double kNoLimit = std::numeric_limits<double>::max();

double share(double quota, double period) {
  return quota > 0 && period > 0 ? quota / period : kNoLimit;
}

// The limit of one group; a file that is absent, or contains "max" or -1, sets none.
double cores_of(const fs::path& group, int version) {
  double quota = 0;
  double period = 0;
  if (version == 2) {
    std::ifstream(group / "cpu.max") >> quota >> period;  // "150000 100000", or "max 100000"
  } else {
    std::ifstream(group / "cpu.cfs_quota_us") >> quota;
    std::ifstream(group / "cpu.cfs_period_us") >> period;
  }
  return share(quota, period);
}

}  // namespace

int core_limit(const fs::path& root) {
  double least = std::max(1U, std::thread::hardware_concurrency());
  if (const auto group = cgroup_of("cpu", root)) {
    for (fs::path at = group->folder;; at = at.parent_path()) {
      least = std::min(least, cores_of(at, group->version));
      if (at == group->root || !at.has_relative_path()) break;
    }
  }
  return std::max(1, static_cast<int>(std::ceil(least)));
}

}  // namespace vigia::memory
