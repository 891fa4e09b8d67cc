#include "sqlite/set_aside.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

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
    // A log that stayed would be taken for the new file's.
    if (ignored) fs::remove(path + ending, ignored);
  }
  return aside;
}

}  // namespace vigia::sqlite
