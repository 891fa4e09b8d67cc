// The built program on a terminal of its own, as a person sees it: what it paints is read as bytes.
// Threads: owner thread only.
#pragma once

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/fd.h"
#include "testing/program.h"

namespace vigia::tests {

class PtyProgram {
 public:
  PtyProgram(const testing::Program::Start& start, unsigned short columns, unsigned short rows) {
    std::vector<std::string> words{start.program.string()};
    words.insert(words.end(), start.arguments.begin(), start.arguments.end());
    std::map<std::string, std::string> all{start.environment.begin(), start.environment.end()};
    all.insert({{"PATH", "/usr/bin:/bin"}, {"TERM", "xterm-256color"}});  // where the test does not set them
    std::vector<std::string> variables;
    for (const auto& [name, value] : all) variables.push_back(name + "=" + value);
    std::vector<char*> argv = pointers_to(words), environment = pointers_to(variables);
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    int terminal = -1;
    child_ = ::forkpty(&terminal, nullptr, nullptr, &size);
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::chdir(start.folder.c_str()) == 0) ::execve(argv.front(), argv.data(), environment.data());
      ::_exit(127);
    }
    terminal_ = Fd(terminal);
  }
  ~PtyProgram() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  PtyProgram(const PtyProgram&) = delete;
  PtyProgram& operator=(const PtyProgram&) = delete;

  void press(const std::string& keys) const {
    static_cast<void>(!::write(terminal_.get(), keys.data(), keys.size()));
  }
  void resize(unsigned short columns, unsigned short rows) const {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    ::ioctl(terminal_.get(), TIOCSWINSZ, &size);
  }
  // All that it has painted so far.
  [[nodiscard]] const std::string& painted() const { return painted_; }
  // Forgets it, so that only what comes is looked at.
  void forget() { painted_.clear(); }

  bool wait_for_text(const std::string& text, std::chrono::seconds at_most = std::chrono::seconds(60)) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (painted_.find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > deadline || !read_more()) return false;
    }
    return true;
  }
  // Its exit status, after its last output was read; -1: it did not end in time, or by a signal.
  int wait(std::chrono::seconds at_most = std::chrono::seconds(60)) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (read_more() && std::chrono::steady_clock::now() < deadline) {
    }
    int status = 0;
    while (::waitpid(child_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) return -1;
      ::usleep(10'000);
    }
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }
  // False: it has closed its terminal.
  bool read_more() {
    pollfd readable{terminal_.get(), POLLIN, 0};
    if (::poll(&readable, 1, 100) <= 0) return true;
    std::array<char, 4096> some{};
    const ssize_t count = ::read(terminal_.get(), some.data(), some.size());
    if (count <= 0) return false;
    painted_.append(some.data(), static_cast<std::size_t>(count));
    return true;
  }

  pid_t child_ = -1;
  Fd terminal_;
  std::string painted_;
};

}  // namespace vigia::tests
