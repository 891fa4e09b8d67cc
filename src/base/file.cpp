#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace vigia {
namespace {

constexpr mode_t kPrivateFile = 0600, kPrivateFolder = 0700, kPublicFile = 0644;

Error io_error(std::string_view doing, const std::filesystem::path& path) {
  const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return {code, fmt::format("{}: {}: {}", path.string(), doing, std::strerror(errno))};
}

Status write_all(int fd, std::span<const std::byte> content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error("cannot write", path);
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return ok_status();
}

// A umask may remove bits that the owner needs, so the mode given to open() is not enough.
void make_private(const Fd& fd) {
  static_cast<void>(::fchmod(fd.get(), kPrivateFile));  // a file system without modes has other rules
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, Bytes at_most) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return io_error("cannot open", path);
  if (!S_ISREG(info.st_mode)) return Error{ErrorCode::invalid, path.string() + ": is not a plain file"};
  if (info.st_size > at_most) {
    return Error{ErrorCode::invalid, fmt::format("{}: {} is more than the {} allowed here", path.string(),
                                                 format_bytes(info.st_size), format_bytes(at_most))};
  }
  std::ifstream in(path, std::ios::binary);
  std::string content(static_cast<std::size_t>(info.st_size), '\0');
  if (!in || !in.read(content.data(), static_cast<std::streamsize>(content.size()))) {
    return io_error("cannot read", path);
  }
  return content;
}

Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             ReadableBy readers) {
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 &&
      !S_ISREG(there.st_mode)) {  // /dev/stdout, a pipe: not to be replaced
    const Fd device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return device.valid() ? write_all(device.get(), content, path) : io_error("cannot open", path);
  }
  const std::filesystem::path beside = path.string() + ".part";
  ::unlink(beside.c_str());  // left by a crash, perhaps with other permissions
  const bool is_private = readers == ReadableBy::owner;
  const Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                     is_private ? kPrivateFile : kPublicFile));
  if (!fd.valid()) return io_error("cannot create", beside);
  if (is_private) make_private(fd);
  Status written = write_all(fd.get(), content, beside);
  if (written && ::fsync(fd.get()) != 0) written = io_error("cannot sync", beside);
  if (written && ::rename(beside.c_str(), path.c_str()) != 0) written = io_error("cannot rename to it", path);
  if (!written) ::unlink(beside.c_str());
  return written ? sync_folder(path.parent_path()) : written;
}

Status sync_folder(const std::filesystem::path& folder) {
  const std::filesystem::path there = folder.empty() ? "." : folder;
  const Fd fd(::open(there.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return io_error("cannot open", there);
  if (::fsync(fd.get()) == 0 || errno == EINVAL || errno == ENOTSUP) return ok_status();
  return io_error("cannot sync", there);
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view content,
                             ReadableBy readers) {
  return write_file_atomically(path, std::as_bytes(std::span(content)), readers);
}

Fd open_private(const std::filesystem::path& path, int flags) {
  Fd made(::open(path.c_str(), flags | O_CREAT | O_EXCL | O_CLOEXEC, kPrivateFile));
  if (made.valid()) {
    make_private(made);
    return made;
  }
  if (errno != EEXIST) return {};
  return Fd(::open(path.c_str(), flags | O_CREAT | O_CLOEXEC, kPrivateFile));
}

namespace {

// Not there after an error, so that another try makes and syncs it.
std::error_code make_private_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), kPrivateFolder) != 0) return {errno, std::generic_category()};
  ::chmod(folder.c_str(), kPrivateFolder);
  if (sync_folder(folder.parent_path())) return {};
  const int why = errno;
  ::rmdir(folder.c_str());
  return {why, std::generic_category()};
}

}  // namespace

std::error_code make_private_folders(const std::filesystem::path& folder) {
  std::error_code failed;
  if (folder.empty() || std::filesystem::is_directory(folder, failed)) return {};
  if (auto above = make_private_folders(folder.parent_path())) return above;
  const std::error_code why = make_private_folder(folder);
  if (why != std::errc::file_exists) return why;
  if (std::filesystem::is_directory(folder, failed)) return {};  // somebody was faster
  return std::make_error_code(std::errc::not_a_directory);
}

std::optional<std::string> why_not_writable(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (std::filesystem::is_directory(file, ignored)) return file.string() + " is a folder; name a file";
  if (!std::filesystem::is_directory(folder, ignored)) return "there is no folder " + folder.string();
  if (::access(folder.c_str(), W_OK) != 0) return "the folder " + folder.string() + " cannot be written to";
  return std::nullopt;
}

bool readable_by_others(const std::filesystem::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

}  // namespace vigia
