#include "base/log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vigia::log {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Kept final : public LogTarget {
 public:
  explicit Kept(std::string& to) : to_(to) {}
  bool write(std::string_view lines) override {
    to_ += lines;
    return true;
  }

 private:
  std::string& to_;
};

std::string content_of(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

class LogFileTest : public ::testing::Test {
 protected:
  void open(const std::string& path, LogFile::Size size = {}) {
    auto opened = LogFile::open(path, size, std::make_unique<Kept>(instead_), clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    file_ = *std::move(opened);
  }

  testing::TempDir dir_;
  testing::FakeClock clock_;
  std::string instead_;
  std::unique_ptr<LogFile> file_;
  const std::string path_ = dir_ / "vigia.log";
};

TEST_F(LogFileTest, AppendsToWhatIsThere) {
  std::ofstream(path_) << "before\n";
  open(path_);
  EXPECT_TRUE(file_->write("now\n"));
  EXPECT_EQ(content_of(path_), "before\nnow\n");
  EXPECT_FALSE(file_->take_note());
}

TEST_F(LogFileTest, OnlyItsOwnerCanReadIt) {
  open(path_);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(LogFileTest, AFullFileIsRenamedAndOnlySoManyAreKept) {
  open(path_, {.max_bytes = 8, .count = 2});
  for (const char* const line : {"line 1\n", "line 2\n", "line 3\n", "line 4\n"})
    EXPECT_TRUE(file_->write(line));
  EXPECT_EQ(content_of(path_), "line 4\n");
  EXPECT_EQ(content_of(path_ + ".1"), "line 3\n");
  EXPECT_EQ(content_of(path_ + ".2"), "line 2\n");
  EXPECT_FALSE(std::filesystem::exists(path_ + ".3"));
}

TEST_F(LogFileTest, WithoutOldFilesAFullOneIsBegunAnew) {
  open(path_, {.max_bytes = 8, .count = 0});
  EXPECT_TRUE(file_->write("line 1\n"));
  EXPECT_TRUE(file_->write("line 2\n"));
  EXPECT_EQ(content_of(path_), "line 2\n");
  EXPECT_FALSE(std::filesystem::exists(path_ + ".1"));
}

TEST_F(LogFileTest, WhereFilesCannotBeRenamedTheFileIsEmptied) {
  open(path_, {.max_bytes = 8, .count = 1});
  std::filesystem::create_directories(path_ + ".1/not empty");
  EXPECT_TRUE(file_->write("line 1\n"));
  EXPECT_TRUE(file_->write("line 2\n"));
  EXPECT_EQ(content_of(path_), "line 2\n");
  EXPECT_THAT(file_->take_note().value_or(""), HasSubstr("cannot be renamed"));
}

TEST_F(LogFileTest, IsOpenedAgainWhereSomebodyHasMovedIt) {
  open(path_);
  EXPECT_TRUE(file_->write("one\n"));
  std::filesystem::rename(path_, path_ + ".moved");
  EXPECT_TRUE(file_->write("two\n"));
  file_->reopen();
  EXPECT_TRUE(file_->write("three\n"));
  EXPECT_EQ(content_of(path_ + ".moved"), "one\ntwo\n");
  EXPECT_EQ(content_of(path_), "three\n");
}

TEST_F(LogFileTest, OnAFullDiskLinesGoElsewhereAndItIsSaidOnce) {
  open("/dev/full");
  EXPECT_TRUE(file_->write("one\n"));
  EXPECT_THAT(file_->take_note().value_or(""), HasSubstr("No space left on device"));
  EXPECT_TRUE(file_->write("two\n"));
  clock_.advance(6s);
  EXPECT_TRUE(file_->write("three\n"));
  EXPECT_EQ(instead_, "one\ntwo\nthree\n");
  EXPECT_FALSE(file_->take_note());
}

TEST_F(LogFileTest, TheDisksRecoveryIsSaidWithTheNumberOfLinesThatWentElsewhere) {
  std::filesystem::create_symlink("/dev/full", path_);
  open(path_);
  EXPECT_TRUE(file_->write("one\ntwo\n"));
  static_cast<void>(file_->take_note());
  std::filesystem::remove(path_);
  file_->reopen();
  EXPECT_TRUE(file_->write("three\n"));
  EXPECT_EQ(content_of(path_), "") << "it is not tried before its time";
  clock_.advance(6s);
  EXPECT_TRUE(file_->write("four\n"));
  EXPECT_EQ(content_of(path_), "four\n");
  EXPECT_THAT(file_->take_note().value_or(""), HasSubstr("3 lines went to standard error"));
}

TEST_F(LogFileTest, AFileThatCannotBeOpenedIsAnErrorWithItsKey) {
  const auto opened =
      LogFile::open(dir_ / "no folder/vigia.log", {}, std::make_unique<Kept>(instead_), clock_);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text, HasSubstr("logging.file"));
}

}  // namespace
}  // namespace vigia::log
