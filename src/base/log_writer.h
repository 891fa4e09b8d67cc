// The thread that writes the log, and the queue before it.
//
//   LogWriter writer({.queue_bytes = 1_MiB}, std::make_unique<StderrTarget>());
//   writer.write(line);                  // any thread: into the queue, or counted as left out
//   writer.finish(2s);                   // at the end
//
// Guarantee: write() never waits, whatever the target does: it takes no lock, allocates nothing and makes no
// system call. Every line is counted once: written, folded (fold_lines.h) or left out, which is when the
// queue has no room for it (for lines of information when a quarter is left), or the target writes it
// nowhere. The number of lines left out is itself told, at most every ten seconds. Cost: 0.3 us and the copy
// of the text; the writer looks into the queue every 20 ms. Threads: thread-safe, except finish(): one thread
// at a time.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fold_lines.h"
#include "base/format_line.h"
#include "base/line_ring.h"
#include "base/log_target.h"
#include "base/mutex.h"
#include "base/worker.h"

namespace vigia::log {

struct LogWriterOptions {
  Bytes queue_bytes = 1_MiB;
  Nanoseconds fold_interval = std::chrono::seconds(10);
  LineFormat format = LineFormat::text;
};

class LogWriter {
 public:
  LogWriter(const LogWriterOptions& options, std::unique_ptr<LogTarget> target,
            Clock& clock = system_clock());
  ~LogWriter();  // as finish(), but waits for the target however long it takes
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void write(const LogLine& line) noexcept;
  // Waits until all lines that were logged before are written. False: not within that time.
  bool flush(std::chrono::milliseconds at_most);
  // Writes all, also what is kept back, and ends the thread. False: not within that time; the thread still
  // waits for the target, and the destructor will wait for it.
  bool finish(std::chrono::milliseconds at_most);
  // flush() for a signal handler: it takes no lock, and wakes nobody. What is kept back is written too.
  void flush_in_handler(std::chrono::milliseconds at_most) noexcept;

  // Lines for a terminal to show below the log.
  void show_below(std::string lines);
  void reopen() noexcept { reopen_ = true; }
  [[nodiscard]] LogCounts counts() const noexcept;

 private:
  void run(const std::stop_token& stop);
  void round(bool is_last);
  void drain(std::uint64_t end);
  void put(const LogLine& line);
  void put_own(LogLevel level, std::string text);
  void say_left_out(bool is_last);
  void write_out();
  void draw_below();
  void wait(const std::stop_token& stop);

  // Constant after construction.
  Clock& clock_;
  const std::unique_ptr<LogTarget> target_;

  // Any thread.
  LineRing ring_;
  std::array<std::atomic<std::uint64_t>, kLevelNames.size()> lines_{};
  std::atomic<std::uint64_t> left_out_{0}, written_{0}, folded_{0};
  std::atomic<std::uint64_t> asked_{0}, done_{0};  // flushes
  std::atomic<bool> reopen_{false}, tell_all_{false}, given_up_{false}, has_ended_{false};
  std::atomic<pid_t> thread_id_{0};

  // Of the writer's thread.
  FormatLine format_;
  FoldLines folds_;
  std::string batch_;
  std::uint64_t in_batch_ = 0;  // lines that were logged; the writer's own do not count
  std::uint64_t left_out_said_ = 0;
  SteadyTime say_left_out_at_{};

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar changed_;
  std::string below_ GUARDED_BY(mutex_);
  bool is_below_new_ GUARDED_BY(mutex_) = false;

  Worker thread_;
};

}  // namespace vigia::log
