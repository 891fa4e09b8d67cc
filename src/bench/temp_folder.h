// A folder of its own among the system's temporary ones, gone with this. Move-only.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace vigia::bench {

class TempFolder {
 public:
  // Errors: io.
  static Result<TempFolder> make() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    std::string name = (parent / "vigia-bench-XXXXXX").string();
    if (!error && ::mkdtemp(name.data()) != nullptr) return TempFolder(name);
    return Error{ErrorCode::io, "no folder can be made in " + parent.string() + ": " + std::strerror(errno) +
                                    "; TMPDIR names another place"};
  }
  TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempFolder& operator=(TempFolder&&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit TempFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace vigia::bench
