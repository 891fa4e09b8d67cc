#include "bench/mode_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "base/fd.h"
#include "bench/limit.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kGrace = 120;  // seconds beyond its own, for a slow machine

class Process {
 public:
  // Its standard output is ours to read.
  static Result<Process> start(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(errno);
    Process process;
    process.output_ = Fd(ends[0]);
    const Fd input(ends[1]);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
    const int error =
        ::posix_spawn(&process.pid_, "/proc/self/exe", &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return failed(error);
    return process;
  }
  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)) {}
  Process& operator=(Process&&) = delete;
  ~Process() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    wait();
  }

  void signal(int number) const { ::kill(pid_, number); }
  int wait() {  // its status, as waitpid gives it
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }
  // Adds what it has written within that time; false at its end.
  bool read(std::string& into, std::chrono::milliseconds at_most) const {
    pollfd readable{output_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(at_most.count())) <= 0) return true;
    std::array<char, 4096> part{};
    const ssize_t length = ::read(output_.get(), part.data(), part.size());
    if (length > 0) into.append(part.data(), static_cast<std::size_t>(length));
    return length > 0 || (length < 0 && errno == EINTR);
  }

 private:
  Process() = default;
  static Error failed(int error) {
    return {ErrorCode::io, fmt::format("bench: cannot start a mode's process: {}", std::strerror(error))};
  }

  pid_t pid_ = -1;
  Fd output_;
};

// Takes the whole lines out of `text`.
void take_lines(std::string& text, ModeReport& report) {
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    // What is cut off by a kill is no line; anything else that does not fit shows as a mode that failed.
    static_cast<void>(add_line(std::string_view(text).substr(begin, end - begin), report).ok());
  }
  text.erase(0, begin);
}

}  // namespace

std::vector<std::string> child_arguments(const MemoryBenchOptions& options, Mode mode) {
  std::vector<std::string> words{"vigia", "bench", "memory"};
  const auto add = [&words](std::string_view name, auto value) {
    words.emplace_back(name);
    words.push_back(fmt::format("{}", value));
  };
  add("--cameras", options.cameras);
  add("--seconds", options.seconds);
  add("--pace", options.pace == Pace::realtime ? "realtime" : "free");
  add("--limit", limit_of(options));
  add("--gc-interval", options.gc_interval);
  add("--destroy", options.destroy);
  add("--seed", options.seed);
  if (options.until_killed) words.emplace_back("--until-killed");
  add("--child", to_string(mode));
  return words;
}

Result<ModeReport> run_mode_in_process(const MemoryBenchOptions& options, Mode mode, StopSignals& signals) {
  auto process = Process::start(child_arguments(options, mode));
  if (!process) return process.error();
  ModeReport report;
  report.mode = to_string(mode);
  const SteadyTime deadline = system_clock().now() + from_seconds(options.seconds + kGrace);
  bool killed_by_us = false, stopped = false;
  std::string text;
  while (process->read(text, 50ms)) {
    take_lines(text, report);
    if (signals.wait_for(0ms)) {
      stopped = true;
      process->signal(SIGTERM);
    }
    if (!killed_by_us && system_clock().now() > deadline) {
      killed_by_us = true;
      process->signal(SIGKILL);
    }
  }
  take_lines(text, report);
  const int status = process->wait();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && !killed_by_us) report.ended = "killed";
  if (stopped) report.ended = "stopped";
  return report;
}

}  // namespace vigia::bench
