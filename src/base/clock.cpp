#include "base/clock.h"

#include <pthread.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

#include "base/mutex.h"

namespace vigia {
namespace {

// The first half of the kernel's random boot id; 0: there is none.
std::int64_t number_of_boot() {
  std::string digits;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> digits;
  std::erase(digits, '-');
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + std::min<std::size_t>(digits.size(), 16), number, 16);
  return static_cast<std::int64_t>(number);
}

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  UtcTime utc_now() const override { return std::chrono::system_clock::now(); }

  bool sleep_until(SteadyTime when, const std::stop_token& stop) override {
    // One a thread: making a condition variable that knows stop tokens allocates.
    static thread_local Mutex mutex;
    static thread_local CondVar stopped;
    MutexLock lock(mutex);
    for (auto left = when - now(); left > Nanoseconds::zero(); left = when - now()) {
      if (!stopped.wait_for(lock, stop, left)) return false;
    }
    return !stop.stop_requested();
  }
};

}  // namespace

BootTime Clock::boot_now() const {
  static const std::int64_t boot = number_of_boot();
  timespec since{};
  if (::clock_gettime(CLOCK_BOOTTIME, &since) != 0) return {};
  return {.boot = boot, .since = std::chrono::seconds(since.tv_sec) + Nanoseconds(since.tv_nsec)};
}

double cpu_seconds(clockid_t clock) noexcept {
  timespec used{};
  ::clock_gettime(clock, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

double thread_cpu_seconds() noexcept {
  return cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
}

double process_cpu_seconds() noexcept {
  return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

std::optional<clockid_t> thread_cpu_clock() noexcept {
  clockid_t clock{};
  if (::pthread_getcpuclockid(::pthread_self(), &clock) != 0) return std::nullopt;
  return clock;
}

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string format_utc(UtcTime time) {
  const std::int64_t us = to_unix_us(time);
  std::int64_t seconds = us / 1000000;
  std::int64_t rest = us % 1000000;
  if (rest < 0) {  // before 1970: round towards the past, so that the fraction stays positive
    rest += 1000000;
    --seconds;
  }
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(seconds)), rest);
}

std::int64_t to_unix_us(UtcTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

UtcTime from_unix_us(std::int64_t us) {
  return UtcTime(std::chrono::microseconds(us));
}

}  // namespace vigia
