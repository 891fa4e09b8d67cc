// A real disk that hangs: a file with a lease that another holds cannot be opened until that one gives it up,
// and the system waits for that for 45 s.
#include "camera/file_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/temp_dir.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

class HangingFile {
 public:
  explicit HangingFile(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    std::signal(SIGIO, SIG_IGN);  // with which the system asks for the lease
    is_held_ = ::fcntl(file_.get(), F_SETLEASE, F_WRLCK) == 0;
  }
  [[nodiscard]] bool is_held() const { return is_held_; }
  void let_go() { ::fcntl(file_.get(), F_SETLEASE, F_UNLCK); }

 private:
  Fd file_;
  bool is_held_ = false;
};

class FileReaderTest : public ::testing::Test {
 protected:
  std::string make(const std::string& content) {
    const std::string path = folder_ / "file";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  testing::TempDir folder_;
};

TEST_F(FileReaderTest, ReadsWhatIsThere) {
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += std::to_string(i);
  Interrupt interrupt;
  interrupt.arm({}, 1min);
  auto file = FileReader::open(make(content), interrupt);
  ASSERT_TRUE(file.ok()) << file.error().text;
  EXPECT_EQ((*file)->size(interrupt), static_cast<std::int64_t>(content.size()));
  std::string seen;
  std::vector<std::uint8_t> room(100'000);
  for (std::int64_t got = 0; (got = (*file)->read(room, interrupt)) > 0;) {
    seen.append(room.begin(), room.begin() + got);
  }
  EXPECT_EQ(seen, content);
  (*file)->seek(10);
  ASSERT_EQ((*file)->read(std::span(room).first(5), interrupt), 5);
  EXPECT_EQ(std::string(room.begin(), room.begin() + 5), content.substr(10, 5));
}

TEST_F(FileReaderTest, WhatIsNoPlainFileIsRefused) {
  Interrupt interrupt;
  interrupt.arm({}, 1min);
  EXPECT_EQ(FileReader::open(folder_ / "nothing", interrupt).error().code, ErrorCode::not_found);
  EXPECT_NE(FileReader::open(folder_.path(), interrupt).error().text.find("plain file"), std::string::npos);
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_NE(FileReader::open(pipe, interrupt).error().text.find("plain file"), std::string::npos);
}

TEST_F(FileReaderTest, AFileThatHangsIsGivenUpAndNotOpenedAgainMeanwhile) {
  const std::string path = make("content");
  HangingFile hanging(path);
  if (!hanging.is_held()) GTEST_SKIP() << "this file system has no leases";
  Interrupt interrupt;
  interrupt.arm({}, 50ms);
  EXPECT_EQ(FileReader::open(path, interrupt).error().code, ErrorCode::timeout);
  interrupt.arm({}, 1h);  // only because it is known to hang does this return
  const auto again = FileReader::open(path, interrupt);
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().text.find("still hangs"), std::string::npos) << again.error().text;

  hanging.let_go();
  const auto give_up = std::chrono::steady_clock::now() + 1min;
  bool opens = false;
  while (!opens && std::chrono::steady_clock::now() < give_up) {
    interrupt.arm({}, 1min);
    opens = FileReader::open(path, interrupt).ok();
  }
  EXPECT_TRUE(opens) << "as soon as the thread is free";
}

// With a time-out of ten minutes, only the stop can end this before the lease is broken.
TEST_F(FileReaderTest, AStopDoesNotWaitForAFileThatHangs) {
  const std::string clip = make_h264(folder_, "clip.mp4", 30);
  HangingFile hanging(clip);
  if (!hanging.is_held()) GTEST_SKIP() << "this file system has no leases";
  memory::MemoryManager memory{memory::MemoryOptions{.budget_bytes = 64_MiB}};
  SeeingSink sink;
  StreamCamera camera({"file", "file:" + clip, {}, ""}, {.source_timeout = 600}, memory, system_clock());
  RunningCamera running(camera, sink);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.step == StartStep::connection; }));
  const auto begun = std::chrono::steady_clock::now();
  running.stop();
  // A safety net: the system breaks the lease after 45 s, and the open would go on.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
  EXPECT_TRUE(sink.seen().empty());
  hanging.let_go();
}

TEST_F(FileReaderTest, ACameraOfAFileThatHangsSaysSoAndGoesOnWhenItDoesNot) {
  const std::string clip = make_h264(folder_, "clip.mp4", 30);
  HangingFile hanging(clip);
  if (!hanging.is_held()) GTEST_SKIP() << "this file system has no leases";
  memory::MemoryManager memory{memory::MemoryOptions{.budget_bytes = 64_MiB}};
  SeeingSink sink;
  StreamCamera camera({"file", "file:" + clip, {}, ""}, {.rtsp_reconnect_delay = 0.1, .source_timeout = 0.5},
                      memory, system_clock());
  RunningCamera running(camera, sink);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.state == CameraState::interrupted; }));
  EXPECT_NE(camera.stats().message.find("network folder"), std::string::npos) << camera.stats().message;
  EXPECT_EQ(camera.stats().reason, Condition::offline);
  hanging.let_go();
  EXPECT_TRUE(sink.wait_for(5)) << camera.stats().message;
}

}  // namespace
}  // namespace vigia::camera
