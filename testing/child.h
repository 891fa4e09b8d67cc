// Starts a program that is to be watched, tried or measured, as a child that cannot outlive us and is stopped
// as by Ctrl+C. It is in a process group of its own, so that a Ctrl+C at the terminal reaches only us.
// Threads: owner thread only; the thread that starts it must live on: the child dies with that thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace vigia::testing {

struct ChildStart {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // without the program's name
  std::map<std::string, std::string> environment;
  std::filesystem::path out = {};     // the file for its output; empty: we read() it
  std::filesystem::path err = {};     // the file for its error output; empty: it goes where ours goes
  std::filesystem::path folder = {};  // where it runs; empty: where we do
};
// What starts this program once more, with our environment. words: a command line, with the program's name.
ChildStart this_program(const std::vector<std::string>& words);
std::map<std::string, std::string> own_environment();

class Child {
 public:
  // Sets SIGCHLD to its default for the whole process: some programs start others with it ignored, and then a
  // child's exit status would be lost. Errors: io. If the program cannot be executed, its exit status is 127.
  static Result<std::unique_ptr<Child>> start(const ChildStart& start);
  ~Child();  // kills it if it still runs
  static constexpr int kUnknown = -1;

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }  // also of one that has ended
  // None while it runs; 128 + n when a signal n ended it; kUnknown when somebody else in this process was
  // told of its end.
  [[nodiscard]] std::optional<int> exit_status();
  int wait();               // until it ends; returns its exit status
  void signal(int number);  // does nothing once it has ended
  // Appends what it has written, waiting for at most that long; false at its end. REQUIRES: ChildStart::out
  // is empty.
  bool read(std::string& into, std::chrono::milliseconds at_most) const;
  // Asks it to stop, waits, and kills it after that time (status 137 then).
  int stop(std::chrono::seconds at_most);

 private:
  Child(pid_t pid, Fd output) : pid_(pid), output_(std::move(output)) {}
  std::optional<int> ask(int flags);  // flags: waitpid's

  const pid_t pid_;
  const Fd output_;
  std::optional<int> status_;
};

}  // namespace vigia::testing
