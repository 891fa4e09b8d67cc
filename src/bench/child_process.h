// Starts this program again, with other arguments, so that its memory and CPU time can be measured alone. The
// destructor kills it. Its error output is ours. Threads: owner thread only.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace vigia::bench {

class ChildProcess {
 public:
  // arguments: with the program's name. Its standard output is ours to read. Errors: io.
  static Result<ChildProcess> start(std::vector<std::string> arguments);
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  void signal(int number) const;
  // Appends what it has written, waiting for at most that long; false at its end.
  bool read(std::string& into, std::chrono::milliseconds at_most) const;
  // Waits for its end; returns its status as waitpid gives it.
  int wait();

 private:
  ChildProcess() = default;

  pid_t pid_ = -1;
  Fd output_;
};

// For the started process: makes it end with the one that started it.
void end_with_parent();

}  // namespace vigia::bench
