// Where another program of ours is: beside this one. Threads: thread-safe function.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace vigia {

// In the folder of this process's own file, whether it is there or not. Where that folder cannot be read, the
// bare name.
inline std::string program_beside(const std::string& name) {
  std::error_code failed;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? name : (own.parent_path() / name).string();
}

}  // namespace vigia
