// Loaded before the C library (LD_PRELOAD): after each fsync of a database in the folder VIGIA_POWER_CUT
// copies the file to <file>.synced, whole or not at all. See power_cut.h.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

bool copy(int from, const std::string& to) {
  const int out = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return false;
  std::array<char, 65536> piece{};
  off_t at = 0;
  ssize_t size = 0;
  // With pread: the file's position and SQLite's locks on it do not change.
  while ((size = ::pread(from, piece.data(), piece.size(), at)) > 0) {
    if (::write(out, piece.data(), static_cast<std::size_t>(size)) != size) break;
    at += size;
  }
  ::close(out);
  return size == 0;
}

void note_sync(int fd) {
  const char* const folder = std::getenv("VIGIA_POWER_CUT");
  struct stat info {};
  if (folder == nullptr || ::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size() - 1);
  const std::string_view name(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (!name.starts_with(folder) || name.find(".db") == name.npos) return;
  const std::string synced = std::string(name) + ".synced";
  if (copy(fd, synced + ".new")) static_cast<void>(std::rename((synced + ".new").c_str(), synced.c_str()));
}

int sync(long how, int fd) {
  const int done = static_cast<int>(::syscall(how, fd));
  if (done == 0) note_sync(fd);
  return done;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int fsync(int fd) {
  return sync(SYS_fsync, fd);
}
extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
  return sync(SYS_fdatasync, fd);
}
