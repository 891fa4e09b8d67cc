#include "base/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "base/log.h"

namespace vigia {
namespace {

constexpr std::array kTaken = {SIGINT, SIGTERM, SIGPIPE};

// The only state that the handler may use.
std::atomic<int> came_fd{-1};
std::atomic<bool> exit_now{false};
std::atomic<bool> hung_up{false};

extern "C" void note_stop_signal(int) {
  const int saved = errno;
  if (exit_now) {
    log::flush_in_handler();
    constexpr std::string_view kLine =
        "\nvigia: stopped at once; what is in the outbox is sent at the next start\n";
    static_cast<void>(!::write(STDERR_FILENO, kLine.data(), kLine.size()));
    ::_exit(1);
  }
  ::eventfd_write(came_fd, 1);
  errno = saved;
}

extern "C" void note_hangup(int) {
  hung_up = true;
}

void take(int signal, void (*handler)(int), struct sigaction& before) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, &before);
}

}  // namespace

StopSignals::StopSignals() : came_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  came_fd = came_.get();
  exit_now = false;
  for (std::size_t i = 0; i < kTaken.size(); ++i) {
    take(kTaken[i], kTaken[i] == SIGPIPE ? SIG_IGN : note_stop_signal, before_[i]);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kTaken.size(); ++i) ::sigaction(kTaken[i], &before_[i], nullptr);
  if (before_hangups_) ::sigaction(SIGHUP, &*before_hangups_, nullptr);
  came_fd = -1;
}

bool StopSignals::wait_for(std::chrono::milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd readable{came_.get(), POLLIN, 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    eventfd_t count = 0;
    if (ready > 0) return ::eventfd_read(came_.get(), &count) == 0;
    if (ready == 0 || errno != EINTR) return false;
  }
}

void StopSignals::exit_on_next() {
  exit_now = true;
}

void StopSignals::outlive_hangups() {
  if (!before_hangups_) take(SIGHUP, note_hangup, before_hangups_.emplace());
}

bool StopSignals::hangup_came() {
  return hung_up.exchange(false);
}

}  // namespace vigia
