// SIGINT and SIGTERM as something that can be waited for: the first asks for a stop, the next one ends the
// process at once. At most one of these lives in a process.
// A handler rather than blocked signals: libraries start threads of their own before main does, and a
// signal that such a thread gets would end the process.
// Threads: the making thread only.
#pragma once

#include <signal.h>

#include <array>
#include <chrono>

#include "base/fd.h"

namespace vigia {

class StopSignals {
 public:
  // Takes over both; ignores SIGPIPE (a broken connection is an error value, not an end).
  StopSignals();
  ~StopSignals();  // as they were before
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // True when one came since the last call, or within that time.
  bool wait_for(std::chrono::milliseconds at_most);

  // From now on another one ends the process at once, with exit status 1.
  void exit_on_next();

 private:
  Fd came_;  // eventfd that the handler writes to
  std::array<struct sigaction, 3> before_{};
};

}  // namespace vigia
