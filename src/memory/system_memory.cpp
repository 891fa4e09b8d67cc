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
#include <limits>
#include <memory>
#include <string_view>

#include "base/fd.h"

namespace vigia::memory {
namespace {

namespace fs = std::filesystem;

// The number in a file that contains only that; 0 if it contains none ("max") or is absent.
Bytes read_number(const fs::path& path) {
  std::ifstream in(path);
  std::string text;
  in >> text;
  Bytes number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : 0;
}

// A group that /proc names may not exist: in a container the kernel names it by the host's tree, but shows
// its files at the root.
fs::path group_folder(const fs::path& root, const std::string& group) {
  const fs::path inside = root / fs::path(group).relative_path();
  std::error_code ignored;
  return fs::is_directory(inside, ignored) ? inside : root;
}

Bytes number_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  const std::size_t digits = text.find_first_of("0123456789", at + key.size());
  if (digits == std::string_view::npos) return 0;
  Bytes number = 0;
  std::from_chars(text.data() + digits, text.data() + text.size(), number);
  return number;
}

// 0: none.
Bytes own_limit(decltype(RLIMIT_NOFILE) of) noexcept {
  rlimit limit{};
  if (::getrlimit(of, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return static_cast<Bytes>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max()));
}

Fd open_to_read(const std::string& path) noexcept {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// Empty: it cannot be read.
std::string_view read_again(const Fd& file, std::array<char, 4096>& buffer) noexcept {
  const ssize_t got = file.valid() ? ::pread(file.get(), buffer.data(), buffer.size(), 0) : 0;
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got))};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The nearest group upwards that has the file; none: the controller is not active anywhere.
std::optional<fs::path> nearest_with(const std::string& file, fs::path at, const fs::path& top) {
  for (; !is_there(at / file); at = at.parent_path()) {
    if (at == top || !at.has_relative_path()) return std::nullopt;
  }
  return at;
}

// The smallest number in files of that name, from the group up to the top.
Bytes smallest_on_the_way(const Cgroup& group, const char* file, Bytes least) {
  for (fs::path at = group.folder;; at = at.parent_path()) {
    if (const Bytes limit = read_number(at / file); limit > 0) least = std::min(least, limit);
    if (at == group.root || !at.has_relative_path()) return least;
  }
}

}  // namespace

std::optional<Cgroup> cgroup_of(const std::string& controller, const fs::path& root) {
  std::optional<Cgroup> found;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "4:memory:/a/b" (v1) or "0::/a/b" (v2)
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers.find("," + controller + ",") != std::string::npos) {
      const fs::path hierarchy = root / "sys/fs/cgroup" / controller;
      return Cgroup{1, group_folder(hierarchy, group), hierarchy};
    }
    if (controllers != ",,") continue;
    const fs::path hierarchy = root / "sys/fs/cgroup";
    // The root group of a machine has no limits, and no such files.
    const auto folder = nearest_with(controller + ".max", group_folder(hierarchy, group), hierarchy);
    if (folder) found = {2, *folder, hierarchy};
  }
  return found;
}

Bytes memory_limit(const fs::path& root) {
  const Bytes machine = static_cast<Bytes>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  const std::optional<Cgroup> group = cgroup_of("memory", root);
  if (!group) return machine;
  if (group->version == 1) return smallest_on_the_way(*group, "memory.limit_in_bytes", machine);
  return smallest_on_the_way(*group, "memory.high", smallest_on_the_way(*group, "memory.max", machine));
}

ProcessFiles::ProcessFiles(const std::string& pid)
    : status_(open_to_read("/proc/" + pid + "/status")), statm_(open_to_read("/proc/" + pid + "/statm")) {}

std::optional<ProcessMemory> ProcessFiles::memory() const noexcept {
  std::array<char, 4096> buffer{};
  const std::string_view status = read_again(status_, buffer);
  if (status.empty()) return std::nullopt;
  return ProcessMemory{.rss = number_after(status, "VmRSS:") * 1024,
                       .rss_peak = number_after(status, "VmHWM:") * 1024,
                       .anonymous = number_after(status, "RssAnon:") * 1024,
                       .threads = static_cast<int>(number_after(status, "Threads:"))};
}

std::optional<Bytes> ProcessFiles::anonymous() const noexcept {
  std::array<char, 4096> buffer{};
  const std::string_view pages = read_again(statm_, buffer);  // size resident shared ...
  if (pages.empty()) return std::nullopt;
  std::array<Bytes, 3> numbers{};
  const char* at = pages.data();
  const char* const end = at + pages.size();
  for (Bytes& number : numbers) {
    at = std::find_if(at, end, [](char c) { return c != ' '; });
    at = std::from_chars(at, end, number).ptr;
  }
  return (numbers[1] - numbers[2]) * ::sysconf(_SC_PAGESIZE);
}

ProcessMemory process_memory() {
  return ProcessFiles().memory().value_or(ProcessMemory{});
}

Bytes anonymous_memory() {
  return ProcessFiles().anonymous().value_or(0);
}

std::optional<int> open_descriptors(const std::string& pid) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(("/proc/" + pid + "/fd").c_str()), &::closedir);
  if (!folder) return std::nullopt;
  int entries = 0;
  while (::readdir(folder.get()) != nullptr) ++entries;  // NOLINT: one reader only
  const int others = pid == "self" ? 3 : 2;              // ".", "..", and of ours the folder itself
  return std::max(0, entries - others);
}

int descriptor_limit() {
  return static_cast<int>(own_limit(RLIMIT_NOFILE));
}

int thread_limit(const fs::path& root) {
  Bytes least = std::numeric_limits<int>::max();
  const auto consider = [&least](Bytes limit) {
    if (limit > 0) least = std::min(least, limit);
  };
  consider(read_number(root / "proc/sys/kernel/threads-max"));
  if (::geteuid() != 0) consider(own_limit(RLIMIT_NPROC));
  if (const auto group = cgroup_of("pids", root)) least = smallest_on_the_way(*group, "pids.max", least);
  return least == std::numeric_limits<int>::max() ? 0 : static_cast<int>(least);
}

}  // namespace vigia::memory
