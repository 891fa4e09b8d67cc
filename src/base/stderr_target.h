// Writes the log to standard error or another descriptor, and, on a terminal, some lines below it that are
// redrawn in place: the log scrolls above them.
//
// While nobody reads (a pipe, a stopped terminal), write() waits, until give_up(). Threads: as in
// log_target.h.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/log_target.h"

namespace vigia::log {

class StderrTarget final : public LogTarget {
 public:
  explicit StderrTarget(int fd = 2) : fd_(fd) {}

  bool write(std::string_view lines) override;
  void show_below(std::string_view lines) override;
  void give_up() noexcept override { given_up_ = true; }

 private:
  bool write_all(std::string_view bytes);
  [[nodiscard]] std::string erased() const;
  [[nodiscard]] std::string drawn();

  const int fd_;
  std::atomic<bool> given_up_{false};
  std::string below_;
  std::size_t rows_ = 0;  // of below_ on the screen
};

}  // namespace vigia::log
