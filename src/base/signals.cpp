#include "base/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

namespace vigia {
namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool StopSignals::wait_for(std::chrono::milliseconds at_most) {
  const sigset_t set = stop_set();
  const timespec time{at_most.count() / 1000, at_most.count() % 1000 * 1000000};
  return sigtimedwait(&set, nullptr, &time) > 0;
}

void StopSignals::exit_on_next() {
  watcher_ = Worker("signals", [this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!wait_for(std::chrono::milliseconds(50))) continue;
      constexpr std::string_view kLine =
          "\nvigia: stopped at once; what is in the outbox is sent at the next start\n";
      static_cast<void>(!::write(STDERR_FILENO, kLine.data(), kLine.size()));
      ::_exit(1);
    }
  });
}

}  // namespace vigia
