#include "base/crash_restart.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <optional>
#include <string_view>

#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VIGIA_SANITIZER_REPORTS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VIGIA_SANITIZER_REPORTS 1
#endif
#endif

namespace vigia {
namespace {

#ifdef VIGIA_SANITIZER_REPORTS
constexpr bool kIsReported = true;  // by a sanitizer, which has its own handlers and stacks
#else
constexpr bool kIsReported = false;
#endif
constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr std::string_view kVariable = "_VIGIA_CRASHES=";  // the settings' variables begin without the _
constexpr std::chrono::hours kRemembered{24};
constexpr std::chrono::minutes kInARow{10};
constexpr std::size_t kMostInARow = 3;  // crashes that are nobody's, this one included
constexpr std::size_t kHandlerStack = 64 * 1024;
constexpr timespec kForMainThread{2, 0};

// As it lies in the file.
struct Record {
  std::int64_t at = 0;  // nanoseconds since 1970
  std::int32_t signal = 0;
  std::array<char, Crash::kLongestSubject + 1> subject{};
};

Record record_of(std::int64_t at, int signal, const char* whose) {
  Record record{.at = at, .signal = signal, .subject = {}};
  if (whose != nullptr) std::strncpy(record.subject.data(), whose, record.subject.size() - 1);
  return record;
}

// All that the handler uses; written before it is installed.
struct Handler {
  int file = -1;
  pid_t process = 0;
  char** argv = nullptr;
  std::vector<std::string> variables;  // the environment of the next start
  std::vector<char*> environment;
  std::string program;
  sigset_t mask{};
  std::int64_t ends_until = 0;  // a crash that is nobody's ends the process until then
};
Handler handler;
std::atomic<bool> has_crashed{false};
thread_local const char* subject = nullptr;

std::int64_t utc_now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void print(std::string_view text) {
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

std::string_view name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGILL:
      return "SIGILL";
    case SIGFPE:
      return "SIGFPE";
    case SIGABRT:
      return "SIGABRT";
    default:
      return "a signal";
  }
}

// Returns where it cannot.
void start_again() {
  if (::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) != 0) {
    for (int fd = 3; fd < 4096; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);  // a kernel before 5.11
  }
  ::fcntl(handler.file, F_SETFD, 0);
  ::sigprocmask(SIG_SETMASK, &handler.mask, nullptr);
  ::execve(handler.program.c_str(), handler.argv, handler.environment.data());
  ::execve("/proc/self/exe", handler.argv, handler.environment.data());
}

// Somebody has allowed a core dump: base/core_dumps.h.
bool is_dump_wanted() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur > 1;
}

// Whether it may start again.
bool record(int signal) {
  log::flush_in_handler();
  const Record record = record_of(utc_now_ns(), signal, subject);
  print("vigia: crashed (");
  print(name_of(signal));
  print(subject != nullptr ? ") at work for '" : ")");
  if (subject != nullptr) print(subject);
  print(subject != nullptr ? "'" : "");
  if (is_dump_wanted()) {
    print("; it ends, since a core dump is allowed.\n");
    return false;
  }
  if (subject == nullptr && record.at < handler.ends_until) {
    print(", and did so before: it ends. Please report it.\n");
    return false;
  }
  print("; it starts again. Please report it.\n");
  return ::write(handler.file, &record, sizeof record) == ssize_t{sizeof record};
}

// The main thread begins the program again, since scheduling (the collector's is lower) belongs to threads;
// unless it does not come out of the kernel.
extern "C" void on_crash(int signal, siginfo_t*, void*) {
  const bool is_main = ::gettid() == handler.process;
  if (!has_crashed.exchange(true)) {
    if (record(signal)) {
      if (!is_main) {
        ::syscall(SYS_tgkill, handler.process, handler.process, SIGSEGV);
        ::nanosleep(&kForMainThread, nullptr);
      }
      start_again();
    }
    ::signal(signal, SIG_DFL);
    ::raise(signal);  // comes when the handler returns
    return;
  }
  if (is_main) start_again();
  while (true) ::pause();
}

std::vector<Crash> read_records(int file) {
  std::vector<Crash> crashes;
  const UtcTime oldest = UtcTime(Nanoseconds(utc_now_ns())) - kRemembered;
  Record record;
  for (off_t at = 0; ::pread(file, &record, sizeof record, at) == ssize_t{sizeof record};
       at += off_t{sizeof record}) {
    record.subject.back() = '\0';
    const UtcTime time{Nanoseconds(record.at)};
    if (time >= oldest) crashes.push_back({time, record.signal, record.subject.data()});
  }
  return crashes;
}

// Only those that count are kept: a process that lives for years does not gather them.
void write_records(int file, const std::vector<Crash>& crashes) {
  if (::ftruncate(file, 0) != 0) return;
  for (const Crash& crash : crashes) {
    const Record record = record_of(crash.at.time_since_epoch().count(), crash.signal, crash.subject.c_str());
    if (::write(file, &record, sizeof record) != ssize_t{sizeof record}) return;
  }
}

// The file of an earlier start of this process. Anything else under that number is left alone.
std::optional<int> inherited_file(std::string_view number) {
  int file = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), file);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  if (::fcntl(file, F_GET_SEALS) < 0) return std::nullopt;  // no nameless file
  return file;
}

int open_file() {
  std::optional<int> file;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with(kVariable)) {
      file = inherited_file(text.substr(kVariable.size()));
    } else {
      handler.variables.emplace_back(text);
    }
  }
  const int opened = file ? *file : ::memfd_create("vigia crashes", MFD_CLOEXEC);
  if (opened < 0) return opened;
  ::fcntl(opened, F_SETFD, FD_CLOEXEC);  // only start_again() hands it on
  ::fcntl(opened, F_SETFL, O_APPEND);
  handler.variables.push_back(std::string(kVariable) + std::to_string(opened));
  return opened;
}

// Until when one more crash that is nobody's ends the process; 1970: it does not.
std::int64_t ends_until(const std::vector<Crash>& crashes) {
  std::vector<UtcTime> unknown;
  for (const Crash& crash : crashes) {
    if (crash.subject.empty()) unknown.push_back(crash.at);
  }
  if (unknown.size() + 1 < kMostInARow) return 0;
  return (unknown[unknown.size() + 1 - kMostInARow] + kInARow).time_since_epoch().count();
}

void take_signals() {
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : kFatal) ::sigaction(signal, &action, nullptr);
}

}  // namespace

std::string signal_name(int signal) {
  return std::string(name_of(signal));
}

std::vector<Crash> restart_after_crashes(char** argv) {
  if (kIsReported) return {};
  handler.file = open_file();
  if (handler.file < 0) {
    log::warn("a crash would end the program, instead of starting it again: {}", std::strerror(errno));
    return {};
  }
  std::vector<Crash> crashes = read_records(handler.file);
  write_records(handler.file, crashes);
  handler.process = ::getpid();
  handler.argv = argv;
  for (std::string& variable : handler.variables) handler.environment.push_back(variable.data());
  handler.environment.push_back(nullptr);
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length > 0) handler.program.assign(path.data(), static_cast<std::size_t>(length));
  ::sigprocmask(SIG_SETMASK, nullptr, &handler.mask);
  handler.ends_until = ends_until(crashes);
  take_signals();
  return crashes;
}

CrashSubject::CrashSubject(const std::string& name) noexcept : before_(subject) {
  subject = name.c_str();
}

CrashSubject::~CrashSubject() {
  subject = before_;
}

HandlerStack::HandlerStack() noexcept
    : memory_(kIsReported ? nullptr : new (std::nothrow) std::byte[kHandlerStack]) {
  if (memory_ == nullptr) return;
  const stack_t stack{.ss_sp = memory_.get(), .ss_flags = 0, .ss_size = kHandlerStack};
  ::sigaltstack(&stack, nullptr);
}

HandlerStack::~HandlerStack() {
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  if (memory_ != nullptr) ::sigaltstack(&none, nullptr);
}

}  // namespace vigia
