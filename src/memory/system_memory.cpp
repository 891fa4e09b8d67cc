#include "memory/system_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string_view>

#include "base/fd.h"

namespace vigia::memory {
namespace {

namespace fs = std::filesystem;

// The number in a file that holds only that; 0 where it holds none ("max") or is absent.
Bytes read_number(const fs::path& path) {
  std::ifstream in(path);
  std::string text;
  in >> text;
  Bytes number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : 0;
}

// A group that /proc names need not be there: in a container the kernel names it by the host's tree, but
// shows its files at the root.
fs::path group_folder(const fs::path& root, const std::string& group) {
  const fs::path inside = root / fs::path(group).relative_path();
  std::error_code ignored;
  return fs::is_directory(inside, ignored) ? inside : root;
}

Bytes kilobytes_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  const std::size_t digits = text.find_first_of("0123456789", at + key.size());
  if (digits == std::string_view::npos) return 0;
  Bytes number = 0;
  std::from_chars(text.data() + digits, text.data() + text.size(), number);
  return number;
}

std::string_view read_into(const char* path, std::array<char, 4096>& buffer) noexcept {
  const Fd file(::open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t got = file.valid() ? ::read(file.get(), buffer.data(), buffer.size()) : 0;
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got))};
}

}  // namespace

std::optional<MemoryCgroup> memory_cgroup(const fs::path& root) {
  std::optional<MemoryCgroup> found;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "4:memory:/a/b" (v1) or "0::/a/b" (v2)
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers.find(",memory,") != std::string::npos) {
      const fs::path hierarchy = root / "sys/fs/cgroup/memory";
      return MemoryCgroup{1, group_folder(hierarchy, group), hierarchy};
    }
    const fs::path hierarchy = root / "sys/fs/cgroup";
    const fs::path folder = group_folder(hierarchy, group);
    // The root group of a machine has neither a limit nor this file.
    if (controllers == ",," && fs::exists(folder / "memory.max")) found = {2, folder, hierarchy};
  }
  return found;
}

Bytes memory_limit(const fs::path& root) {
  Bytes least = static_cast<Bytes>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  const std::optional<MemoryCgroup> group = memory_cgroup(root);
  if (!group) return least;
  const char* const file = group->version == 1 ? "memory.limit_in_bytes" : "memory.max";
  // The smallest limit on the way up to the root.
  for (fs::path at = group->folder;; at = at.parent_path()) {
    if (const Bytes limit = read_number(at / file); limit > 0) least = std::min(least, limit);
    if (at == group->root || !at.has_relative_path()) return least;
  }
}

ProcessMemory process_memory() {
  std::array<char, 4096> buffer{};
  const std::string_view status = read_into("/proc/self/status", buffer);
  return {.rss = kilobytes_after(status, "VmRSS:") * 1024,
          .rss_peak = kilobytes_after(status, "VmHWM:") * 1024,
          .anonymous = kilobytes_after(status, "RssAnon:") * 1024,
          .threads = static_cast<int>(kilobytes_after(status, "Threads:"))};
}

Bytes anonymous_memory() noexcept {
  std::array<char, 4096> buffer{};
  const std::string_view pages = read_into("/proc/self/statm", buffer);  // size resident shared ...
  std::array<Bytes, 3> numbers{};
  const char* at = pages.data();
  const char* const end = at + pages.size();
  for (Bytes& number : numbers) {
    at = std::find_if(at, end, [](char c) { return c != ' '; });
    at = std::from_chars(at, end, number).ptr;
  }
  return (numbers[1] - numbers[2]) * ::sysconf(_SC_PAGESIZE);
}

int open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
  if (!folder) return 0;
  int entries = 0;
  while (::readdir(folder.get()) != nullptr) ++entries;  // NOLINT: one reader only
  return std::max(0, entries - 3);                       // ".", "..", and the folder itself
}

int descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return static_cast<int>(limit.rlim_cur);
}

}  // namespace vigia::memory
