// Records the lines of the log while it lives, in their place: none is written, folded or left out.
//
//   LogCapture log(log::LogLevel::warning);
//   ...
//   EXPECT_THAT(log.lines(), ElementsAre("server: 3 failures in a row"));
//
// Threads: thread-safe, but one of these at a time.
#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"

namespace vigia::testing {

class LogCapture : public log::Listener {
 public:
  explicit LogCapture(log::LogLevel from = log::LogLevel::info)
      : level_before_(log::level()), before_(log::set_listener(this)) {
    log::set_level(from);
  }
  ~LogCapture() override {
    log::set_listener(before_);
    log::set_level(level_before_);
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  void take(const log::LogLine& line) noexcept override {
    MutexLock lock(mutex_);
    lines_.emplace_back(line.text);
    levels_.push_back(line.level);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    MutexLock lock(mutex_);
    return lines_;
  }
  [[nodiscard]] std::vector<log::LogLevel> levels() const {
    MutexLock lock(mutex_);
    return levels_;
  }
  // All lines, each with its line end.
  [[nodiscard]] std::string text() const {
    MutexLock lock(mutex_);
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    return text;
  }

 private:
  // Constant after construction.
  const log::LogLevel level_before_;
  log::Listener* const before_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
  std::vector<log::LogLevel> levels_ GUARDED_BY(mutex_);
};

}  // namespace vigia::testing
