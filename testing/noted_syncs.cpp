#include "testing/noted_syncs.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/mutex.h"

namespace vigia::testing {
namespace {

struct State {
  Mutex mutex;
  std::vector<std::string> paths GUARDED_BY(mutex);
  std::size_t fails_at GUARDED_BY(mutex) = 0;
};

State& state() {
  static State kept;
  return kept;
}

}  // namespace

// By the function below, which cannot be in a namespace. True: it fails.
static bool note(const std::string& path) {
  State& now = state();
  MutexLock lock(now.mutex);
  now.paths.push_back(path);
  return now.paths.size() == now.fails_at;
}

NotedSyncs::NotedSyncs() {
  fail_at(0);
}

NotedSyncs::~NotedSyncs() {
  fail_at(0);
}

void NotedSyncs::fail_at(int number) {
  MutexLock lock(state().mutex);
  state().paths.clear();
  state().fails_at = static_cast<std::size_t>(number);
}

std::vector<std::string> NotedSyncs::paths() const {
  MutexLock lock(state().mutex);
  return state().paths;
}

}  // namespace vigia::testing

extern "C" __attribute__((visibility("default"))) int fsync(int fd) {
  std::error_code failed;
  const std::filesystem::path path =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), failed);
  if (vigia::testing::note(path.string())) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
