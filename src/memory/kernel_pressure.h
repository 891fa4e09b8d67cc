// The kernel's notifications that memory is short, as a descriptor to poll.
//
// Uses the first of these that exists and may be watched: pressure stall information (PSI) of the process's
// cgroup (v2), the memory notifications of its cgroup (v1), PSI of the whole machine. Without any of them
// only the budget's marks count, and source() says so.
//
// PSI: an event when threads of the group (or machine) were stalled by lack of memory for 100 ms out of 2 s.
// v1: an event when the kernel begins to reclaim with effort ("medium").
// Threads: one thread at a time.
#pragma once

#include <poll.h>

#include <filesystem>
#include <string>

#include "base/fd.h"

namespace vigia::memory {

class KernelPressure {
 public:
  // root: of /proc and /sys, another one only in tests.
  static KernelPressure watch(const std::filesystem::path& root = "/");

  // "cgroup v2 PSI", "cgroup v1", "system PSI", "none"
  [[nodiscard]] const std::string& source() const noexcept { return source_; }

  // For poll(); its fd is -1, which poll() leaves out, where there is nothing to watch.
  [[nodiscard]] pollfd to_poll() const noexcept { return {fd_.get(), events_, 0}; }
  // True: this answer of poll() is an event. Takes it, so that poll() waits for the next.
  bool take(const pollfd& polled) noexcept;

 private:
  Fd fd_;
  Fd level_;  // v1: must stay open beside the eventfd
  short events_ = 0;
  std::string source_ = "none";
};

}  // namespace vigia::memory
