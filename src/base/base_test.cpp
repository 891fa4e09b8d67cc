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

namespace vigia {
namespace {

class FileTest : public ::testing::Test {
 protected:
  const testing::TempDir dir_;
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
        ASSERT_TRUE(log::start("info").ok());
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
