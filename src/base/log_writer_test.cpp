#include "base/log_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <latch>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/stderr_target.h"
#include "testing/fake_clock.h"

namespace vigia::log {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// What was written, and whether the next write waits.
struct Sink {
  void block() {
    MutexLock lock(mutex);
    is_blocked = true;
  }
  void release() {
    {
      MutexLock lock(mutex);
      is_blocked = false;
    }
    changed.notify_all();
  }
  std::string text() {
    MutexLock lock(mutex);
    return written;
  }

  Mutex mutex;
  CondVar changed;
  bool is_blocked GUARDED_BY(mutex) = false;
  bool fails GUARDED_BY(mutex) = false;
  std::string written GUARDED_BY(mutex);
};

class SinkTarget final : public LogTarget {
 public:
  explicit SinkTarget(Sink& sink) : sink_(sink) {}
  bool write(std::string_view lines) override {
    MutexLock lock(sink_.mutex);
    while (sink_.is_blocked) static_cast<void>(sink_.changed.wait_for(lock, {}, 1s));
    if (!sink_.fails) sink_.written += lines;
    return !sink_.fails;
  }

 private:
  Sink& sink_;
};

LogLine line_of(std::string_view text, LogLevel level = LogLevel::info, std::string_view camera = {}) {
  return {
      .level = level, .at = {}, .file = "src/camera/a.cpp", .format = "{}", .camera = camera, .text = text};
}

class LogWriterTest : public ::testing::Test {
 protected:
  void open(Bytes queue = 1_MiB, Nanoseconds fold = 10s) {
    writer_ = std::make_unique<LogWriter>(
        LogWriterOptions{.queue_bytes = queue, .fold_interval = fold, .format = LineFormat::journald},
        std::make_unique<SinkTarget>(sink_), clock_);
  }
  void expect_counts_add_up() const {
    const LogCounts counts = writer_->counts();
    EXPECT_EQ(counts.all(), counts.written + counts.folded + counts.left_out);
  }

  Sink sink_;
  testing::FakeClock clock_;
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(LogWriterTest, WritesLinesInTheirOrder) {
  open();
  for (int i = 0; i < 100; ++i) writer_->write(line_of(fmt::format("line {}", i)));
  ASSERT_TRUE(writer_->flush(10s));
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += fmt::format("<6>line {}\n", i);
  EXPECT_EQ(sink_.text(), expected);
  EXPECT_EQ(writer_->counts().written, 100U);
}

// The proof that nobody waits: the sink waits until all callers have ended.
// The sum over all lines that tell how many were left out: there are two where the writer was late for the
// first.
std::uint64_t told_as_left_out(const std::string& text) {
  static const std::regex told("<4>log: ([0-9]+) lines left out");
  std::uint64_t sum = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), told); at != std::sregex_iterator(); ++at) {
    sum += std::stoull((*at)[1]);
  }
  return sum;
}

TEST_F(LogWriterTest, AStormBeforeASinkThatNeverWritesHoldsUpNobody) {
  open(256_KiB);
  sink_.block();
  constexpr int kThreads = 8, kLines = 20'000;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, t] {
        for (int i = 0; i < kLines; ++i) {
          writer_->write(line_of(fmt::format("storm {} of thread {}", i % 100, t), LogLevel::error, "gate"));
        }
      });
    }
  }
  EXPECT_FALSE(writer_->flush(1ms));
  EXPECT_EQ(writer_->counts().all(), std::uint64_t{kThreads} * kLines);
  EXPECT_GT(writer_->counts().left_out, 0U);
  sink_.release();
  ASSERT_TRUE(writer_->finish(60s));
  expect_counts_add_up();
  EXPECT_GT(writer_->counts().folded, 0U);
  EXPECT_EQ(told_as_left_out(sink_.text()), writer_->counts().left_out);
}

TEST_F(LogWriterTest, CountsAddUpWhateverIsWrittenFoldedOrLeftOut) {
  open(64_KiB, 1ms);
  constexpr int kThreads = 8, kLines = 5'000;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, t] {
        for (int i = 0; i < kLines; ++i) {
          const LogLevel level = i % 3 == 0 ? LogLevel::warning : LogLevel::info;
          writer_->write(line_of(fmt::format("line {}", i % 7 == 0 ? 0 : i), level, fmt::format("{}", t)));
          if (i % 100 == 0) clock_.advance(1ms);
        }
      });
    }
  }
  ASSERT_TRUE(writer_->finish(60s));
  EXPECT_EQ(writer_->counts().all(), std::uint64_t{kThreads} * kLines);
  expect_counts_add_up();
}

TEST_F(LogWriterTest, LinesThatTheTargetDoesNotWriteAreLeftOut) {
  open();
  {
    MutexLock lock(sink_.mutex);
    sink_.fails = true;
  }
  for (int i = 0; i < 5; ++i) writer_->write(line_of(fmt::format("{}", i)));
  ASSERT_TRUE(writer_->flush(10s));
  EXPECT_EQ(writer_->counts().left_out, 5U);
  expect_counts_add_up();
}

TEST_F(LogWriterTest, AStormOfInformationLeavesRoomForErrors) {
  open(64_KiB);
  sink_.block();
  writer_->write(line_of("first"));
  for (int i = 0; i < 10'000; ++i) writer_->write(line_of(fmt::format("information {}", i)));
  const std::uint64_t left_out = writer_->counts().left_out;
  EXPECT_GT(left_out, 0U);
  for (int i = 0; i < 50; ++i) writer_->write(line_of("error", LogLevel::error));
  EXPECT_EQ(writer_->counts().left_out, left_out);
  sink_.release();
}

TEST_F(LogWriterTest, RepeatedLinesAreToldWhenTheirTimeIsOver) {
  open();
  for (int i = 0; i < 58; ++i) writer_->write(line_of("refused", LogLevel::error));
  ASSERT_TRUE(writer_->flush(10s));
  EXPECT_EQ(sink_.text(), "<3>refused\n");
  clock_.advance(10s);
  ASSERT_TRUE(writer_->flush(10s));
  EXPECT_EQ(sink_.text(), "<3>refused\n<3>refused (repeated 57 times in 10 s)\n");
  EXPECT_EQ(writer_->counts().folded, 57U);
}

TEST_F(LogWriterTest, TheEndWritesWhatIsKeptBack) {
  open();
  for (int i = 0; i < 3; ++i) writer_->write(line_of("refused", LogLevel::error));
  ASSERT_TRUE(writer_->finish(10s));
  EXPECT_THAT(sink_.text(), HasSubstr("refused (repeated 2 times in 0 s)"));
  expect_counts_add_up();
}

TEST_F(LogWriterTest, ASignalHandlersFlushWritesAllAndDoesNotWaitForAStuckTarget) {
  open();
  for (int i = 0; i < 3; ++i) writer_->write(line_of("refused", LogLevel::error));
  writer_->flush_in_handler(10s);
  EXPECT_THAT(sink_.text(), HasSubstr("refused (repeated 2 times in 0 s)"));
  sink_.block();
  writer_->write(line_of("never"));
  writer_->flush_in_handler(10ms);  // returns
  sink_.release();
}

// A pipe that nobody reads: the end of the program must not wait for its reader.
TEST(StderrTargetTest, TheEndDoesNotWaitForAPipeThatNobodyReads) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd reader(ends[0]), to(ends[1]);
  LogWriter writer({.queue_bytes = 1_MiB, .format = LineFormat::journald},
                   std::make_unique<StderrTarget>(to.get()));
  const std::string text(1000, 'x');
  for (int i = 0; i < 400; ++i) writer.write(line_of(text + std::to_string(i)));
  EXPECT_FALSE(writer.finish(50ms));
  EXPECT_FALSE(writer.finish(60s));  // a slow machine needs longer until the thread has ended
  const LogCounts counts = writer.counts();
  EXPECT_EQ(counts.all(), counts.written + counts.left_out);
  EXPECT_GT(counts.left_out, 0U);
}

TEST(StderrTargetTest, LinesBelowTheLogStayBelowIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd reader(ends[0]), to(ends[1]);
  StderrTarget target(to.get());
  target.show_below("gate  25 fps\nhall  25 fps\n");
  EXPECT_TRUE(target.write("a line\n"));
  target.show_below("");
  EXPECT_TRUE(target.write("the last\n"));
  std::string all(4096, '\0');
  all.resize(static_cast<std::size_t>(::read(reader.get(), all.data(), all.size())));
  const std::string below = "\x1b[?7lgate  25 fps\nhall  25 fps\n\x1b[?7h";
  EXPECT_EQ(all, below + "\r\x1b[2A\x1b[Ja line\n" + below + "\r\x1b[2A\x1b[Jthe last\n");
}

}  // namespace
}  // namespace vigia::log
