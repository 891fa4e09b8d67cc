#include "testing/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace vigia::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kCannotStart = 127;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Prepared {
  std::vector<char*> arguments, environment;
  const char* out;
  const char* err;
  const char* folder;
  pid_t parent;
};

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const Prepared& prepared) {
  ::setpgid(0, 0);
  if (*prepared.folder != '\0' && ::chdir(prepared.folder) != 0) ::_exit(kCannotStart);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(kCannotStart);  // it died before we had asked
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) ::signal(number, SIG_DFL);
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(prepared.out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int err = ::open(prepared.err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in < 0 || out < 0 || err < 0) ::_exit(kCannotStart);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  // Sockets of ours must not be the child's: a port that we close would stay open there.
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::execve(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
  ::_exit(kCannotStart);
}

}  // namespace

Result<std::unique_ptr<Child>> Child::start(const ChildStart& start) {
  std::vector<std::string> arguments{start.program.string()};
  arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : start.environment) environment.push_back(name + "=" + value);
  const Prepared prepared{pointers_to(arguments), pointers_to(environment), start.out.c_str(),
                          start.err.c_str(),      start.folder.c_str(),     ::getpid()};
  ::signal(SIGCHLD, SIG_DFL);
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Error{ErrorCode::io, "cannot start " + start.program.string() + ": " + std::strerror(errno)};
  }
  if (pid == 0) become(prepared);
  return std::unique_ptr<Child>(new Child(pid));  // NOLINT: private constructor
}

Child::~Child() {
  if (!exit_status()) static_cast<void>(stop(0s));
}

std::optional<int> Child::exit_status() {
  if (status_) return status_;
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == pid_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  // No child of ours any more: from now on its number may be another program's.
  if (ended < 0 && errno == ECHILD) status_ = kUnknown;
  return status_;
}

int Child::stop(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  if (!exit_status()) ::kill(pid_, SIGINT);
  while (!exit_status()) {
    if (std::chrono::steady_clock::now() >= deadline) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(10ms);
  }
  return *status_;
}

}  // namespace vigia::testing
