#include "outbox/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "outbox/outbox_test_support.h"

namespace vigia::outbox {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class InspectTest : public OutboxFixture {
 protected:
  // Every file of the folder with its bytes.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::directory_iterator(dir_.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      all[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return all;
  }
  // What inspect() finds; it must change nothing.
  Result<Inspection> look() {
    const auto before = files();
    auto found = inspect(path_);
    EXPECT_EQ(files(), before);
    return found;
  }
};

TEST_F(InspectTest, AFileThatIsNotThereIsNotMade) {
  const auto found = look();
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_FALSE(found->exists);
  path_ = dir_ / "none/vigia.db";
  EXPECT_THAT(inspect(path_).error().text, HasSubstr("there is no folder"));
}

TEST_F(InspectTest, AFileAtRestIsReadAsItIs) {
  open();
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(add(2).ok());
  outbox_.reset();
  const auto found = look();
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_TRUE(found->exists);
  EXPECT_EQ(found->shots, 2);
  EXPECT_FALSE(found->is_older);
  EXPECT_EQ(found->used_by, std::nullopt);
}

TEST_F(InspectTest, AFileOfAnOlderVigiaIsNotBroughtUpToDate) {
  open();
  ASSERT_TRUE(add(1).ok());
  outbox_.reset();
  execute("DROP TABLE journal; PRAGMA user_version=4;");
  const auto found = look();
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_TRUE(found->is_older);
  EXPECT_EQ(found->shots, 1);
}

TEST_F(InspectTest, WhatAKilledProcessLeftInTheLogIsSeenAndLeftThere) {
  open();
  ASSERT_TRUE(add(1).ok());
  const std::string killed = dir_ / "killed.db";
  for (const char* ending : {"", "-wal"}) fs::copy_file(path_ + ending, killed + ending);
  outbox_.reset();
  path_ = killed;
  ASSERT_GT(fs::file_size(path_ + "-wal"), 0U);
  const auto found = look();
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->shots, 1);
}

TEST_F(InspectTest, AFileInUseIsReadAndItsProcessNamed) {
  open();
  ASSERT_TRUE(add(1).ok());
  const auto found = inspect(path_);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->used_by, std::to_string(::getpid()));
  EXPECT_EQ(found->shots, 1);
  ASSERT_TRUE(add(2).ok()) << "and its process goes on";
}

// On a full disk the process cannot write its number.
TEST_F(InspectTest, AFileInUseByAProcessThatIsNotNamedIsReadBesideIt) {
  open();
  ASSERT_TRUE(add(1).ok());
  fs::resize_file(path_ + ".lock", 0);
  const auto found = inspect(path_);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->used_by, "");
  EXPECT_EQ(found->shots, 1);
  ASSERT_TRUE(add(2).ok()) << "and its process goes on";
}

TEST_F(InspectTest, ADamagedFileIsNotRepaired) {
  std::ofstream(path_) << std::string(9000, 'x');
  const auto found = look();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::damaged);
}

TEST_F(InspectTest, AnotherProgramsFileIsRefused) {
  execute("CREATE TABLE theirs(id INTEGER);");
  EXPECT_THAT(look().error().text, HasSubstr("the database of another program"));
}

}  // namespace
}  // namespace vigia::outbox
