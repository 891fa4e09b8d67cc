// What is synced, and in which order.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "base/file.h"
#include "testing/noted_syncs.h"
#include "testing/temp_dir.h"

namespace vigia {
namespace {

using testing::NotedSyncs;
using testing::TempDir;

// Without the folder a power cut may leave neither the old name nor the new one.
TEST(FileSyncTest, AFileIsSyncedAndThenTheFolderThatNamesIt) {
  const TempDir folder;
  NotedSyncs syncs;
  for (const char* const content : {"first", "second"}) {
    syncs.fail_at(0);
    ASSERT_TRUE(write_file_atomically(folder / "a.txt", content).ok());
    EXPECT_EQ(syncs.paths(), (std::vector<std::string>{folder / "a.txt.part", folder.path()}));
  }
}

TEST(FileSyncTest, EachNewFolderIsSyncedInTheOneThatNamesIt) {
  const TempDir folder;
  const NotedSyncs syncs;
  ASSERT_FALSE(make_private_folders(folder / "faces/gate"));
  EXPECT_EQ(syncs.paths(), (std::vector<std::string>{folder.path(), folder / "faces"}));
}

TEST(FileSyncTest, AFolderThatCannotBeSyncedIsMadeAndSyncedByTheNextTry) {
  const TempDir folder;
  NotedSyncs syncs;
  syncs.fail_at(1);
  EXPECT_EQ(make_private_folders(folder / "faces"), std::errc::io_error);
  syncs.fail_at(0);
  EXPECT_FALSE(make_private_folders(folder / "faces"));
  EXPECT_EQ(syncs.paths(), (std::vector<std::string>{folder.path()}));
}

}  // namespace
}  // namespace vigia
