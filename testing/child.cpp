#include "testing/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
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
  int output;  // for an empty `out`
  pid_t parent;
};

// Called in the child: makes its descriptor `to` that file, or `otherwise` if no file is named.
void redirect(int to, const char* file, int flags, int otherwise) {
  const int fd = *file == '\0' ? otherwise : ::open(file, flags | O_CLOEXEC, 0600);
  if (fd < 0 || ::dup2(fd, to) < 0) ::_exit(kCannotStart);
}

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
  redirect(STDIN_FILENO, "/dev/null", O_RDONLY, -1);
  redirect(STDOUT_FILENO, prepared.out, O_WRONLY | O_CREAT | O_TRUNC, prepared.output);
  redirect(STDERR_FILENO, prepared.err, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  // Sockets of ours must not be the child's: a port that we close would stay open there.
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::execve(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
  ::_exit(kCannotStart);
}

Error cannot_start(const ChildStart& start) {
  return {ErrorCode::io, "cannot start " + start.program.string() + ": " + std::strerror(errno)};
}

}  // namespace

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> all;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

ChildStart this_program(const std::vector<std::string>& words) {
  return {.program = "/proc/self/exe",
          .arguments = {words.begin() + 1, words.end()},
          .environment = own_environment()};
}

Result<std::unique_ptr<Child>> Child::start(const ChildStart& start) {
  std::vector<std::string> arguments{start.program.string()};
  arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : start.environment) environment.push_back(name + "=" + value);
  Fd output, input;
  if (start.out.empty()) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_start(start);
    output = Fd(ends[0]);
    input = Fd(ends[1]);
  }
  const Prepared prepared{.arguments = pointers_to(arguments),
                          .environment = pointers_to(environment),
                          .out = start.out.c_str(),
                          .err = start.err.c_str(),
                          .folder = start.folder.c_str(),
                          .output = input.get(),
                          .parent = ::getpid()};
  ::signal(SIGCHLD, SIG_DFL);
  const pid_t pid = ::fork();
  if (pid < 0) return cannot_start(start);
  if (pid == 0) become(prepared);
  return std::unique_ptr<Child>(new Child(pid, std::move(output)));  // NOLINT: private constructor
}

Child::~Child() {
  if (!exit_status()) static_cast<void>(stop(0s));
}

std::optional<int> Child::exit_status() {
  return ask(WNOHANG);
}

int Child::wait() {
  while (!ask(0)) {  // interrupted by a signal
  }
  return *status_;
}

std::optional<int> Child::ask(int flags) {
  if (status_) return status_;
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, flags);
  if (ended == pid_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  // No child of ours any more: from now on its number may be another program's.
  if (ended < 0 && errno == ECHILD) status_ = kUnknown;
  return status_;
}

void Child::signal(int number) {
  if (!exit_status()) ::kill(pid_, number);
}

bool Child::read(std::string& into, std::chrono::milliseconds at_most) const {
  pollfd readable{output_.get(), POLLIN, 0};
  if (::poll(&readable, 1, static_cast<int>(at_most.count())) <= 0) return true;
  std::array<char, 4096> part{};
  const ssize_t length = ::read(output_.get(), part.data(), part.size());
  if (length > 0) into.append(part.data(), static_cast<std::size_t>(length));
  return length > 0 || (length < 0 && errno == EINTR);
}

int Child::stop(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  signal(SIGINT);
  while (!exit_status()) {
    if (std::chrono::steady_clock::now() >= deadline) signal(SIGKILL);
    std::this_thread::sleep_for(10ms);
  }
  return *status_;
}

}  // namespace vigia::testing
