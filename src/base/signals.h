// Lets a thread wait for SIGINT and SIGTERM: the first requests a stop, the next one ends the process at
// once. SIGHUP ends the process as usual unless outlive_hangups() was called. At most one of these may exist
// in a process. It uses a handler rather than blocked signals: libraries start threads before main does, and
// a signal delivered to such a thread would end the process. Threads: owner thread only.
#pragma once

#include <signal.h>

#include <array>
#include <chrono>
#include <optional>

#include "base/fd.h"

namespace vigia {

class StopSignals {
 public:
  // Takes over both; ignores SIGPIPE (a broken connection is an error value, not an end).
  StopSignals();
  ~StopSignals();  // restores the former handlers
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // True if one came since the last call, or comes within that time.
  bool wait_for(std::chrono::milliseconds at_most);

  // From now on another one ends the process at once, with exit status 1.
  void exit_on_next();

  // From now on SIGHUP (a closed terminal, or a service manager that wants settings to be read again) is only
  // noted.
  void outlive_hangups();
  // True if one came since the last call.
  bool hangup_came();

 private:
  Fd came_;  // eventfd that the handler writes to
  std::array<struct sigaction, 3> before_{};
  std::optional<struct sigaction> before_hangups_;
};

}  // namespace vigia
