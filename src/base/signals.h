// SIGINT and SIGTERM as something that can be waited for: the first asks for a stop, the next one ends the
// process at once. Make one in main before any thread starts (threads inherit what is blocked).
// Threads: the making thread only.
#pragma once

#include <chrono>

#include "base/worker.h"

namespace vigia {

class StopSignals {
 public:
  // Blocks both for this thread and all it will start; ignores SIGPIPE (a broken connection is an error
  // value, not an end).
  StopSignals();

  // True when one came within that time.
  bool wait_for(std::chrono::milliseconds at_most);

  // From now on another one ends the process at once, with exit status 1.
  void exit_on_next();

 private:
  Worker watcher_;
};

}  // namespace vigia
