// A counting semaphore. It uses POSIX's, which needs no lock to wake a thread: a slow posting thread never
// holds up the thread that waits.
//
//   list.push(item);  filled.post();          // any thread
//   filled.wait();  list.take();              // returns once for each post
//
// Cost: an atomic addition; a system call only to sleep, and to wake a sleeping thread. No allocation.
// Threads: thread-safe.
#pragma once

#include <semaphore.h>

#include <cerrno>
#include <chrono>
#include <ctime>

namespace vigia {

class Semaphore {
 public:
  Semaphore() noexcept { ::sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { ::sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void post() noexcept { ::sem_post(&semaphore_); }
  void wait() noexcept {
    while (::sem_wait(&semaphore_) != 0) {  // only signals end it early
    }
  }
  [[nodiscard]] bool try_wait() noexcept { return ::sem_trywait(&semaphore_) == 0; }

  // False: nothing was posted within that time.
  [[nodiscard]] bool wait_for(std::chrono::nanoseconds at_most) noexcept {
    constexpr long kSecond = 1'000'000'000;
    timespec until{};
    ::clock_gettime(CLOCK_MONOTONIC, &until);
    const auto ns = at_most.count() + until.tv_nsec;
    until.tv_sec += ns / kSecond;
    until.tv_nsec = ns % kSecond;
    while (::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until) != 0) {
      if (errno != EINTR) return false;
    }
    return true;
  }

 private:
  sem_t semaphore_;
};

}  // namespace vigia
