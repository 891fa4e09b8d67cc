#include "bench/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace vigia::bench {
namespace {

Error failed(int error) {
  return {ErrorCode::io, fmt::format("bench: cannot start a process of its own: {}", std::strerror(error))};
}

}  // namespace

Result<ChildProcess> ChildProcess::start(std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(errno);
  ChildProcess process;
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

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  signal(SIGKILL);
  wait();
}

void ChildProcess::signal(int number) const {
  ::kill(pid_, number);
}

int ChildProcess::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

bool ChildProcess::read(std::string& into, std::chrono::milliseconds at_most) const {
  pollfd readable{output_.get(), POLLIN, 0};
  if (::poll(&readable, 1, static_cast<int>(at_most.count())) <= 0) return true;
  std::array<char, 4096> part{};
  const ssize_t length = ::read(output_.get(), part.data(), part.size());
  if (length > 0) into.append(part.data(), static_cast<std::size_t>(length));
  return length > 0 || (length < 0 && errno == EINTR);
}

void end_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

}  // namespace vigia::bench
