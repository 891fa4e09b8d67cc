#include "base/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace vigia::log {
namespace {

constexpr std::chrono::seconds kTryAgain{5};
constexpr mode_t kMode = 0600;  // it tells when whose face was seen where

}  // namespace

Result<std::unique_ptr<LogFile>> LogFile::open(std::string path, Size size,
                                               std::unique_ptr<LogTarget> instead, Clock& clock) {
  std::unique_ptr<LogFile> file(
      new LogFile(std::move(path), size, std::move(instead), clock));  // NOLINT: private
  if (const int error = file->open_path(); error != 0) {
    return Error{ErrorCode::io,
                 fmt::format("logging.file: {}: cannot be written: {}", file->path_, std::strerror(error))};
  }
  return file;
}

int LogFile::open_path() {
  Fd file(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, kMode));
  if (!file.valid()) return errno;
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return errno;
  file_ = std::move(file);
  size_ = found.st_size;
  return 0;
}

int LogFile::append(std::string_view lines) {
  std::string_view rest = lines;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = written < 0 ? errno : EIO;
      if (rest.size() < lines.size() && ::ftruncate(file_.get(), size_) != 0) return errno;
      return error;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  size_ += static_cast<Bytes>(lines.size());
  return 0;
}

void LogFile::rotate() {
  int error = 0;
  const auto numbered = [this](int i) { return i == 0 ? path_ : fmt::format("{}.{}", path_, i); };
  for (int i = limit_.count; i > 0; --i) {
    if (std::rename(numbered(i - 1).c_str(), numbered(i).c_str()) != 0 && errno != ENOENT) error = errno;
  }
  if (limit_.count == 0 && ::unlink(path_.c_str()) != 0) error = errno;
  if (error == 0) error = open_path();
  if (error == 0) return;
  note_ =
      fmt::format("log file {}: cannot be renamed: {}; it is emptied instead", path_, std::strerror(error));
  if (::ftruncate(file_.get(), 0) == 0) size_ = 0;
}

void LogFile::fail(int error) {
  if (!std::exchange(fails_, true)) {
    note_ = fmt::format("log file {}: cannot be written: {}; lines go to standard error until it can", path_,
                        std::strerror(error));
  }
  try_again_ = clock_.now() + kTryAgain;
}

bool LogFile::write(std::string_view lines) {
  if (!fails_ || clock_.now() >= try_again_) {
    const bool is_full =
        limit_.max_bytes > 0 && size_ > 0 && size_ + static_cast<Bytes>(lines.size()) > limit_.max_bytes;
    if (is_full) rotate();
    const int error = append(lines);
    if (error != 0) {
      fail(error);
    } else if (std::exchange(fails_, false)) {
      note_ = fmt::format("log file {}: is written again; {} lines went to standard error", path_,
                          std::exchange(elsewhere_, 0));
    }
  }
  if (!fails_) return true;
  elsewhere_ += static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
  return instead_->write(lines);
}

void LogFile::reopen() {
  if (const int error = open_path(); error != 0) {
    note_ = fmt::format("log file {}: cannot be opened again: {}; the one before is written on", path_,
                        std::strerror(error));
  }
}

std::optional<std::string> LogFile::take_note() {
  if (note_.empty()) return std::nullopt;
  return std::exchange(note_, {});
}

}  // namespace vigia::log
