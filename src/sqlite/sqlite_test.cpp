#include "sqlite/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "testing/faulty_disk.h"
#include "testing/log_capture.h"
#include "testing/temp_dir.h"

namespace vigia::sqlite {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  testing::TempDir dir_;
  Result<Database> database_ = Database::open(dir_ / "a.db", {"list", "list.path"});
};

// Otherwise every deleted picture would be written once more.
TEST_F(SqliteTest, DeletedDataIsNotOverwrittenByAnAdditionalWrite) {
  constexpr std::int64_t kFast = 2;
  ASSERT_TRUE(database_.ok());
  const auto mode = database_->number("PRAGMA secure_delete");
  ASSERT_TRUE(mode.ok());
  EXPECT_EQ(*mode, kFast);
}

TEST_F(SqliteTest, ATableThatIsNotThereIsDamage) {
  ASSERT_TRUE(database_.ok());
  const auto rows = database_->prepare("SELECT name FROM list");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, ErrorCode::damaged);
}

// A file with a write-ahead log, on a disk that fails on command; and the lines of the program's log.
class LongLogTest : public ::testing::Test {
 protected:
  LongLogTest() {
    EXPECT_TRUE(
        writer_->run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE list(data BLOB)"));
  }

  void write_a_megabyte() { ASSERT_TRUE(writer_->run("INSERT INTO list VALUES(zeroblob(1000000))")); }

  testing::LogCapture lines_;
  testing::TempDir dir_;
  testing::FaultyDisk disk_;
  Result<Database> writer_ = Database::open(dir_ / "a.db", {"list", "list.path"});
};

TEST_F(LongLogTest, ASyncThatFailsWhileTheLogIsFoldedIsSaidOnce) {
  disk_.fail_syncs(2);
  for (int i = 0; i < 6; ++i) write_a_megabyte();
  EXPECT_TRUE(writer_->sync_has_failed());
  EXPECT_EQ(lines_.text(),
            "list " + (dir_ / "a.db") +
                ": its log cannot be folded into the file, and grows until it can: disk I/O error; a "
                "sync failed: check the disk; the data is written again\n");
}

TEST_F(LongLogTest, ALogThatCannotBeFoldedIsSaidOnceBeyond16Megabytes) {
  write_a_megabyte();
  auto reader = Database::open_to_read(dir_ / "a.db", {"list", "list.path"});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(reader->run("BEGIN; SELECT count(*) FROM list"));
  for (int i = 0; i < 14; ++i) write_a_megabyte();
  EXPECT_EQ(lines_.text(), "");
  for (int i = 0; i < 6; ++i) write_a_megabyte();
  EXPECT_EQ(lines_.text(),
            "list " + (dir_ / "a.db") +
                ": its log cannot be folded into the file, and grows until it can: somebody is reading "
                "the file\n");
  ASSERT_TRUE(reader->run("COMMIT"));
  for (int i = 0; i < 6; ++i) write_a_megabyte();
  ASSERT_TRUE(reader->run("BEGIN; SELECT count(*) FROM list"));
  for (int i = 0; i < 20; ++i) write_a_megabyte();
  EXPECT_THAT(lines_.text(), ::testing::ContainsRegex("file\n.*file\n")) << "a new trouble, a new line";
}

}  // namespace
}  // namespace vigia::sqlite
