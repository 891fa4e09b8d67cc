// What is synced, and in which order: this program's own fsync() notes it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "testing/temp_dir.h"

namespace {
std::vector<std::string>& synced() {
  static std::vector<std::string> names;
  return names;
}
}  // namespace

extern "C" int fsync(int fd) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size() - 1);
  const std::string name = std::filesystem::path(std::string(path.data(), size > 0 ? size : 0)).filename();
  struct stat about {};
  ::fstat(fd, &about);
  synced().push_back(S_ISDIR(about.st_mode) ? "folder" : name);
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

namespace vigia {
namespace {

// Without the folder a power cut may leave neither the old name nor the new one.
TEST(FileSyncTest, AFileIsSyncedAndThenTheFolderThatNamesIt) {
  const testing::TempDir folder;
  for (const char* const content : {"first", "second"}) {
    synced().clear();
    ASSERT_TRUE(write_file_atomically(folder / "a.txt", content).ok());
    EXPECT_EQ(synced(), (std::vector<std::string>{"a.txt.part", "folder"}));
  }
}

}  // namespace
}  // namespace vigia
