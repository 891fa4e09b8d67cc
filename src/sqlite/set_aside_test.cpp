#include "sqlite/set_aside.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "sqlite/sqlite.h"
#include "testing/temp_dir.h"

namespace vigia::sqlite {
namespace {

class SetAsideTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& content) { std::ofstream(dir_ / name) << content; }
  [[nodiscard]] std::string content(const std::string& path) const { return *read_file(path, 1_MiB); }
  [[nodiscard]] bool there(const std::string& name) const { return std::filesystem::exists(dir_ / name); }

  testing::TempDir dir_;
  std::string path_ = dir_ / "a.db";
  const UtcTime now_ = from_unix_us(1795438800123456);  // 2026-11-23T13:00:00.123456Z
};

TEST_F(SetAsideTest, TheFileAndWhatBelongsToItGetANameWithTheTime) {
  write("a.db", "one");
  write("a.db-wal", "two");
  write("a.db-shm", "three");
  const auto aside = set_aside(path_, now_);
  ASSERT_TRUE(aside.ok()) << aside.error().text;
  EXPECT_EQ(*aside, path_ + ".damaged-20261123T130000Z");
  EXPECT_EQ(content(*aside), "one");
  EXPECT_EQ(content(*aside + "-wal"), "two");
  EXPECT_EQ(content(*aside + "-shm"), "three");
  for (const char* const name : {"a.db", "a.db-wal", "a.db-shm"}) EXPECT_FALSE(there(name)) << name;
}

TEST_F(SetAsideTest, AFileThatWasSetAsideInTheSameSecondIsNotLost) {
  write("a.db", "one");
  ASSERT_TRUE(set_aside(path_, now_).ok());
  write("a.db", "two");
  const auto second = set_aside(path_, now_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(content(path_ + ".damaged-20261123T130000Z"), "one");
  EXPECT_EQ(content(*second), "two");
}

TEST_F(SetAsideTest, OfThoseFromBeforeTheNewestStays) {
  for (int i = 0; i < 4; ++i) {
    write("a.db", std::to_string(i));
    write("a.db-wal", "log");
    ASSERT_TRUE(set_aside(path_, now_ + std::chrono::hours(i)).ok());
  }
  EXPECT_EQ(content(path_ + ".damaged-20261123T160000Z"), "3");
  EXPECT_EQ(content(path_ + ".damaged-20261123T150000Z"), "2");
  for (const char* const hour : {"13", "14"}) {
    EXPECT_FALSE(there("a.db.damaged-20261123T" + std::string(hour) + "0000Z")) << hour;
    EXPECT_FALSE(there("a.db.damaged-20261123T" + std::string(hour) + "0000Z-wal")) << hour;
  }
}

TEST_F(SetAsideTest, WhatCannotBeRenamedIsAnErrorThatNamesIt) {
  const auto aside = set_aside(path_, now_);
  ASSERT_FALSE(aside.ok());
  EXPECT_NE(aside.error().text.find(path_ + ": is damaged and cannot be renamed"), std::string::npos)
      << aside.error().text;
}

TEST_F(SetAsideTest, ADamagedDatabaseSaysSoInItsError) {
  write("a.db", std::string(5000, 'x'));
  auto database = Database::open(path_, {"list", "list.path"});
  ASSERT_TRUE(database.ok());
  const auto number = database->number("SELECT count(*) FROM sqlite_master");
  ASSERT_FALSE(number.ok());
  EXPECT_EQ(number.error().code, ErrorCode::damaged);
}

}  // namespace
}  // namespace vigia::sqlite
