// The built program as a user starts it: arguments, environment, signals, exit status, output.
// Threads: owner thread only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "testing/child.h"

namespace vigia::testing {

struct Finished {
  int exit_status = -1;  // 128 + n when a signal n ended it
  std::string out;
  std::string err;
};

class Program {
 public:
  struct Start {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  // beside HOME, PATH and what sanitizers need
    std::filesystem::path folder;                    // where it runs; its output is kept there too
  };
  explicit Program(const Start& start);
  ~Program();  // kills it if it still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  [[nodiscard]] pid_t pid() const;  // < 0: it has ended
  [[nodiscard]] bool running();
  // Its output so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  // Polls until its output or error output contains the text; false if it ended before, or after that time.
  bool wait_for_text(const std::string& text, std::chrono::seconds at_most = std::chrono::seconds(60));
  // Waits until it ends; kills it after that time, which the test sees by its status.
  Finished wait(std::chrono::seconds at_most = std::chrono::seconds(100));

 private:
  const std::filesystem::path folder_;
  std::unique_ptr<Child> child_;
};

Finished run_program(const Program::Start& start);

}  // namespace vigia::testing
