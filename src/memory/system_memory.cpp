#include "memory/system_memory.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

namespace vigia::memory {
namespace {

// The number in a file that holds only that; 0 where it holds none ("max") or is absent.
Bytes read_number(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string text;
  in >> text;
  Bytes number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : 0;
}

// The smallest limit on the way from this process's group up to the root.
Bytes smallest_limit(const std::filesystem::path& root, std::string group, const char* file, Bytes least) {
  for (std::filesystem::path at = root / group.erase(0, 1);; at = at.parent_path()) {
    const Bytes limit = read_number(at / file);
    if (limit > 0) least = std::min(least, limit);
    if (at == root || !at.has_relative_path() || at.string().size() <= root.string().size()) return least;
  }
}

}  // namespace

Bytes memory_limit() {
  Bytes least = static_cast<Bytes>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "4:memory:/a/b" (v1) or "0::/a/b" (v2)
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers == "memory") {
      least = smallest_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", least);
    } else if (controllers.empty()) {
      least = smallest_limit("/sys/fs/cgroup", group, "memory.max", least);
    }
  }
  return least;
}

ProcessMemory process_memory() {
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    const auto kilobytes = [&line] {
      return static_cast<Bytes>(std::stoll(line.substr(line.find(':') + 1)));
    };
    if (line.starts_with("VmRSS:")) memory.rss = kilobytes() * 1024;
    if (line.starts_with("VmHWM:")) memory.rss_peak = kilobytes() * 1024;
  }
  return memory;
}

}  // namespace vigia::memory
