// Time behind an interface, so that tests move it by hand instead of sleeping.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <stop_token>
#include <string>

namespace vigia {

using Nanoseconds = std::chrono::nanoseconds;
using SteadyTime = std::chrono::steady_clock::time_point;  // for durations: never jumps
using UtcTime = std::chrono::system_clock::time_point;     // for people and servers: may jump

// A moment on the kernel's boot clock, which cannot be set, goes on during sleep, and is the same for every
// process.
struct BootTime {
  std::int64_t boot = 0;  // identifies the start of the machine; 0: unknown
  Nanoseconds since{0};   // time since that start
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual UtcTime utc_now() const = 0;
  [[nodiscard]] virtual BootTime boot_now() const;
  // False when the stop came first.
  virtual bool sleep_until(SteadyTime when, const std::stop_token& stop) = 0;

  bool sleep_for(Nanoseconds how_long, const std::stop_token& stop) {
    return sleep_until(now() + how_long, stop);
  }
};

// The system's clocks; one for the whole program.
Clock& system_clock();

// "2026-11-23T13:00:00.123456Z": ISO 8601, UTC, microseconds.
std::string format_utc(UtcTime time);
// Microseconds since 1970, as the outbox stores it, and back.
std::int64_t to_unix_us(UtcTime time);
UtcTime from_unix_us(std::int64_t us);

// CPU time used so far, by the calling thread and by all threads of this process. Cost: a system call.
double thread_cpu_seconds() noexcept;
double process_cpu_seconds() noexcept;
// The calling thread's CPU clock, which another thread can read with cpu_seconds() while this one lives.
std::optional<clockid_t> thread_cpu_clock() noexcept;
double cpu_seconds(clockid_t clock) noexcept;

inline double to_seconds(Nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}
inline Nanoseconds from_seconds(double seconds) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace vigia
