// Counts the shots that the outbox itself gives up, or what else would fill the log, and says so: the first
// at once, the rest folded into a line a minute at most. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace vigia::outbox {

class LossLog {
 public:
  // why: the end of the line, with how to mend it.
  explicit LossLog(std::string why) : why_(std::move(why)) {}

  // detail: of the last one, after the line.
  void add(std::uint64_t shots, SteadyTime now, const std::string& detail = {});
  // Says what was not said, when its time has come; or now, at the end.
  void say(SteadyTime now);
  void say_rest();
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  const std::string why_;
  std::string detail_;
  std::uint64_t total_ = 0, unsaid_ = 0;
  SteadyTime not_before_ = SteadyTime::min();
};

}  // namespace vigia::outbox
