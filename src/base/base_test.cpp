#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/result.h"
#include "base/worker.h"
#include "testing/temp_dir.h"
#include "testing/umask.h"

namespace vigia {
namespace {

class FileTest : public ::testing::Test {
 protected:
  const testing::TempDir dir_;
  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
  }
  const std::filesystem::path& folder_ = dir_.path();
};

TEST(BytesTest, AreWrittenForPeople) {
  EXPECT_EQ(format_bytes(512), "512 B");
  EXPECT_EQ(format_bytes(1'400'000), "1.4 MB");
  EXPECT_EQ(format_bytes(-2'500), "-2.5 kB");
  EXPECT_EQ(format_bytes(3'100'000'000), "3.10 GB");
  EXPECT_EQ(2_MiB, 2097152);
}

TEST(ClockTest, WritesUtcWithMicroseconds) {
  EXPECT_EQ(format_utc(from_unix_us(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_utc(from_unix_us(1795438800123456)), "2026-11-23T13:00:00.123456Z");
  EXPECT_EQ(format_utc(from_unix_us(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(ClockTest, SleepEndsAtOnceWhenStopped) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(system_clock().sleep_for(std::chrono::hours(1), source.get_token()));
}

TEST_F(FileTest, DevicesAndPipesAreWrittenIntoAndNotReplaced) {
  const std::filesystem::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Fd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE(write_file_atomically(pipe, "through"));
  std::string got(7, ' ');
  EXPECT_EQ(::read(reader.get(), got.data(), got.size()), 7);
  EXPECT_EQ(got, "through");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(FileTest, SaysBeforehandWhyAFileCannotBeWritten) {
  EXPECT_FALSE(why_not_writable(folder_ / "new.json"));
  EXPECT_EQ(why_not_writable(folder_), folder_.string() + " is a folder; name a file");
  EXPECT_EQ(why_not_writable(folder_ / "no" / "x.json"), "there is no folder " + (folder_ / "no").string());
}

TEST_F(FileTest, ReadsBackWhatWasWritten) {
  const auto path = folder_ / "a.txt";
  ASSERT_TRUE(write_file_atomically(path, "first").ok());
  ASSERT_TRUE(write_file_atomically(path, "second").ok());
  EXPECT_EQ(read_file(path, 100).value(), "second");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.txt.part"));
}

TEST_F(FileTest, SaysWhatIsWrong) {
  EXPECT_EQ(read_file(folder_ / "none", 100).error().code, ErrorCode::not_found);
  EXPECT_EQ(read_file(folder_, 100).error().code, ErrorCode::invalid);
  ASSERT_TRUE(write_file_atomically(folder_ / "big", std::string(200, 'x')).ok());
  EXPECT_NE(read_file(folder_ / "big", 100).error().text.find("200 B is more than"), std::string::npos);
  EXPECT_FALSE(write_file_atomically(folder_ / "none" / "x", "x").ok());
}

TEST_F(FileTest, KnowsWhoMayRead) {
  const auto path = folder_ / "secrets";
  ASSERT_TRUE(write_file_atomically(path, "x").ok());
  ::chmod(path.c_str(), 0600);
  EXPECT_FALSE(readable_by_others(path));
  ::chmod(path.c_str(), 0640);
  EXPECT_TRUE(readable_by_others(path));
}

TEST_F(FileTest, WhatIsPrivateIsTheOwnersAloneWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0022U, 0777U}) {
    const std::filesystem::path top = folder_ / std::to_string(mask);
    {
      const testing::Umask umask(mask);
      EXPECT_FALSE(make_private_folders(top / "camera" / "day"));
      EXPECT_TRUE(write_file_atomically(top / "face.jpg", "x", ReadableBy::owner));
      EXPECT_TRUE(open_private(top / "events.jsonl", O_RDWR).valid());
    }
    for (const char* const folder : {"", "camera", "camera/day"}) EXPECT_EQ(mode_of(top / folder), 0700U);
    for (const char* const file : {"face.jpg", "events.jsonl"}) EXPECT_EQ(mode_of(top / file), 0600U);
  }
}

TEST_F(FileTest, WhatTheUserMadeKeepsItsMode) {
  const std::filesystem::path shared = folder_ / "shared";
  ASSERT_EQ(::mkdir(shared.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(shared.c_str(), 0750), 0);
  EXPECT_FALSE(make_private_folders(shared));
  EXPECT_FALSE(make_private_folders(shared / "gate"));
  EXPECT_EQ(mode_of(shared), 0750U);
  EXPECT_EQ(mode_of(shared / "gate"), 0700U);
  ASSERT_TRUE(write_file_atomically(shared / "events.jsonl", "x"));
  ASSERT_EQ(::chmod((shared / "events.jsonl").c_str(), 0640), 0);
  EXPECT_TRUE(open_private(shared / "events.jsonl", O_RDWR).valid());
  EXPECT_EQ(mode_of(shared / "events.jsonl"), 0640U);
  EXPECT_EQ(make_private_folders(shared / "events.jsonl" / "x"), std::errc::not_a_directory);
}

TEST(WorkerTest, IsStoppedAndJoinedWhenItsOwnerDestroysIt) {
  bool ended = false;
  {
    Worker worker("test", [&ended](const std::stop_token& stop) {
      system_clock().sleep_for(std::chrono::hours(1), stop);
      ended = true;
    });
  }
  EXPECT_TRUE(ended);
}

TEST(WorkerDeathTest, AThrowNamesTheThreadAndEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        ASSERT_TRUE(log::start({.level = "info"}).ok());
        Worker worker("thrower", [](const std::stop_token&) { throw std::runtime_error("oops"); });
        worker.join();
      },
      "thrower: oops");
}

TEST(BootTime, CountsFromTheMachinesStartAndNamesIt) {
  const BootTime first = system_clock().boot_now();
  const BootTime second = system_clock().boot_now();
  EXPECT_NE(first.boot, 0);
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_GT(first.since, Nanoseconds::zero());
  EXPECT_GE(second.since, first.since);
}

}  // namespace
}  // namespace vigia
