#include "memory/hot_call_test_support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>

#include "base/fd.h"

namespace vigia::memory {
namespace {

// State shared by the child's two threads; the signal handler can use nothing else.
constexpr std::size_t kMostNumbers = 64;
std::array<std::atomic<int>, kMostNumbers> g_numbers{};
std::atomic<std::size_t> g_tried{0};

// Marks a sleep requested by hot_pause(), in an argument that the call does not use.
constexpr unsigned kPauseMark = 0x70617573;

void note_system_call(int /*signal*/, siginfo_t* info, void* context) {
#if defined(__x86_64__)  // what the call gives: an error, not the number that the register still holds
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
#else
  static_cast<void>(context);
#endif
  const std::size_t index = g_tried.fetch_add(1);
  if (index < kMostNumbers) g_numbers[index] = info->si_syscall;
}

// For the calling thread only: a call that is not allowed raises SIGSYS and has no effect. False: not
// available.
bool give_up_system_calls() {
  constexpr auto kNumber = offsetof(seccomp_data, nr);
  constexpr auto kFifthArgument = offsetof(seccomp_data, args) + 4 * sizeof(std::uint64_t);
  std::array<sock_filter, 8> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ppoll, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFifthArgument),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kPauseMark, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  }};
  const sock_fprog program{filter.size(), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

enum class Outcome : int { running, finished, no_filter };

[[noreturn]] void run_child(const std::function<std::function<void()>()>& prepare, int report) {
  struct sigaction action {};
  action.sa_sigaction = note_system_call;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSYS, &action, nullptr);
  ::alarm(60);  // seconds; a call that never ends ends the child
  std::atomic<Outcome> outcome = Outcome::running;
  std::thread hot([&] {
    const auto call = prepare();
    if (!give_up_system_calls()) {
      outcome = Outcome::no_filter;
      return;
    }
    call();
    outcome = Outcome::finished;
    while (true) hot_pause(std::chrono::seconds(1));  // it cannot even end: the process does
  });
  while (outcome == Outcome::running) hot_pause(std::chrono::milliseconds(1));
  const auto tried = static_cast<int>(std::min(g_tried.load(), kMostNumbers));
  std::vector<int> said = {static_cast<int>(outcome.load()), tried};
  for (int i = 0; i < tried; ++i) said.push_back(g_numbers[static_cast<std::size_t>(i)]);
  const auto bytes = static_cast<ssize_t>(said.size() * sizeof(int));
  ::_exit(::write(report, said.data(), static_cast<std::size_t>(bytes)) == bytes ? 0 : 1);
}

SystemCalls read_report(int report) {
  std::array<int, 2 + kMostNumbers> said{};
  const ssize_t got = ::read(report, said.data(), sizeof(said));
  SystemCalls calls;
  if (got < static_cast<ssize_t>(2 * sizeof(int))) {
    calls.failed = "it ended before the call did";
  } else if (said[0] == static_cast<int>(Outcome::no_filter)) {
    calls.skipped = "this system lets no thread give up system calls (seccomp)";
  } else {
    calls.numbers.assign(said.begin() + 2, said.begin() + 2 + said[1]);
  }
  return calls;
}

}  // namespace

void hot_pause(std::chrono::nanoseconds how_long) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(how_long);
  timespec time{seconds.count(), (how_long - seconds).count()};
  ::syscall(SYS_ppoll, nullptr, 0, &time, nullptr, kPauseMark);
}

SystemCalls system_calls_of(const std::function<std::function<void()>()>& prepare) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {.skipped = {}, .failed = "no pipe", .numbers = {}};
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  std::fflush(nullptr);  // or the child writes it once more
  const pid_t child = ::fork();
  if (child == 0) run_child(prepare, write_end.get());
  write_end.reset();
  SystemCalls calls = read_report(read_end.get());
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) calls.failed = std::string("the child ended by ") + ::strsignal(WTERMSIG(status));
  return calls;
}

}  // namespace vigia::memory
