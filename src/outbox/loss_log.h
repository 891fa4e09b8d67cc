// Counts shots that the outbox itself gives up (or other events that would fill the log), and logs them: the
// first at once, the rest folded into at most one line a minute. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace vigia::outbox {

class LossLog {
 public:
  // why: the end of the line, with the remedy.
  explicit LossLog(std::string why) : why_(std::move(why)) {}

  // detail: appended to the line; a later one replaces it.
  void add(std::uint64_t shots, SteadyTime now, const std::string& detail = {});
  // Logs what was not logged yet: log_if_due() if the last line is a minute old, log_rest() at once.
  void log_if_due(SteadyTime now);
  void log_rest();
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  const std::string why_;
  std::string detail_;
  std::uint64_t total_ = 0, unlogged_ = 0;
  SteadyTime not_before_ = SteadyTime::min();
};

}  // namespace vigia::outbox
