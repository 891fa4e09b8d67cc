#include "sqlite/set_aside.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <vector>

namespace vigia::sqlite {
namespace {

namespace fs = std::filesystem;

// "20261124T040500Z"
std::string compact(UtcTime time) {
  std::string text = format_utc(time);
  text = text.substr(0, text.find('.'));
  std::erase_if(text, [](unsigned char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string free_name(const std::string& path, UtcTime now) {
  const std::string first = path + ".damaged-" + compact(now);
  std::string name = first;
  std::error_code ignored;
  for (int n = 2; fs::exists(name, ignored); ++n) name = fmt::format("{}-{}", first, n);
  return name;
}

void remove_with_logs(const std::string& path) {
  std::error_code ignored;
  for (const char* const ending : {"", "-wal", "-shm"}) fs::remove(path + ending, ignored);
}

// Removes earlier ones, except the newest.
void remove_older(const std::string& path, const std::string& kept) {
  const std::string prefix = path + ".damaged-";
  std::vector<std::string> others;
  std::error_code failed;
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = (fs::path(path).parent_path() / at->path().filename()).string();
    const bool is_log = name.ends_with("-wal") || name.ends_with("-shm");
    if (name.starts_with(prefix) && name != kept && !is_log) others.push_back(name);
  }
  std::ranges::sort(others);
  if (!others.empty()) others.pop_back();
  for (const std::string& name : others) remove_with_logs(name);
}

}  // namespace

Result<std::string> set_aside(const std::string& path, UtcTime now) {
  const std::string aside = free_name(path, now);
  std::error_code failed;
  fs::rename(path, aside, failed);
  if (failed) {
    return Error{ErrorCode::io, fmt::format("{}: is damaged and cannot be renamed to {}: {}; move it away",
                                            path, aside, failed.message())};
  }
  for (const char* const ending : {"-wal", "-shm"}) {
    std::error_code ignored;  // mostly it is not there
    fs::rename(path + ending, aside + ending, ignored);
    // A log left behind would be applied to the new file.
    if (ignored) fs::remove(path + ending, ignored);
  }
  remove_older(path, aside);
  return aside;
}

}  // namespace vigia::sqlite
