// The log in a file, which is renamed when it is full: vigia.log, vigia.log.1 (newer) ... vigia.log.5
// (oldest).
//
// A file that cannot be written (a full disk) costs no line and no time: they go to standard error meanwhile,
// a note says so, and the file is tried again every five seconds. A line that is written half is taken back.
// When the files cannot be renamed, the file is emptied: its size is bounded in any case.
// Only its owner can read it.
// reopen() is for logrotate and its like, which move the file and send SIGHUP. Threads: as in log_target.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log_target.h"
#include "base/result.h"

namespace vigia::log {

class LogFile final : public LogTarget {
 public:
  struct Size {
    Bytes max_bytes = 0;  // 0: no limit
    int count = 0;        // of renamed files
  };
  // instead: where lines go while the file cannot be written. Errors: io.
  static Result<std::unique_ptr<LogFile>> open(std::string path, Size size,
                                               std::unique_ptr<LogTarget> instead, Clock& clock);

  bool write(std::string_view lines) override;
  void reopen() override;
  void show_below(std::string_view lines) override { instead_->show_below(lines); }
  std::optional<std::string> take_note() override;
  void give_up() noexcept override { instead_->give_up(); }

 private:
  LogFile(std::string path, Size size, std::unique_ptr<LogTarget> instead, Clock& clock)
      : path_(std::move(path)), limit_(size), instead_(std::move(instead)), clock_(clock) {}

  [[nodiscard]] int open_path();  // errno; 0: it is open
  [[nodiscard]] int append(std::string_view lines);
  void rotate();
  void fail(int error);

  // Constant after construction.
  const std::string path_;
  const Size limit_;
  const std::unique_ptr<LogTarget> instead_;
  Clock& clock_;

  Fd file_;
  Bytes size_ = 0;
  bool fails_ = false;
  SteadyTime try_again_{};
  std::uint64_t elsewhere_ = 0;  // lines
  std::string note_;
};

}  // namespace vigia::log
