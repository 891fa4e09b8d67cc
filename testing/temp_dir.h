// A temporary folder, removed with this object: for tests and for vigia-tools. Move-only.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace vigia::testing {

class TempDir {
 public:
  // For tests: none can go on without, so it aborts where no folder can be made.
  TempDir() : path_(make_folder("vigia-test")) {
    if (path_.empty()) std::abort();
  }
  // name: what it begins with. Errors: io.
  static Result<TempDir> make(const std::string& name) {
    std::filesystem::path path = make_folder(name);
    if (!path.empty()) return TempDir(std::move(path));
    return Error{ErrorCode::io, std::string("no temporary folder can be made: ") + std::strerror(errno) +
                                    "; TMPDIR names another place"};
  }
  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir& operator=(TempDir&&) = delete;
  ~TempDir() {
    std::error_code ignored;
    if (!kept_ && !path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  // It stays when this is gone: somebody may want to look into it.
  void keep() { kept_ = true; }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  // Empty: there is no place for it.
  static std::filesystem::path make_folder(const std::string& name) {
    std::error_code failed;
    std::string folder = (std::filesystem::temp_directory_path(failed) / (name + "-XXXXXX")).string();
    return !failed && ::mkdtemp(folder.data()) != nullptr ? folder : std::string();
  }

  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace vigia::testing
