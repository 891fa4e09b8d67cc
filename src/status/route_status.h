// One receiver: the outcomes of its shots, and whether it takes any now. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigia::status {

enum class BreakerState { closed, open, half_open };  // see delivery/breaker.h
std::string_view to_string(BreakerState state) noexcept;

struct BreakerStatus {
  BreakerState state = BreakerState::closed;
  double seconds = 0;        // how long it has been closed, or not closed
  int failures = 0;          // in a row, until now
  double next_try = 0;       // of open: seconds from now
  std::uint64_t opened = 0;  // how often since the start; half open does not end it
  std::string why;           // the last failure, while not closed
};

// A camera of which the receiver has not taken the last shots, although it answers otherwise.
struct CameraWait {
  std::string camera;
  double seconds = 0;  // since the first of these shots
  std::string why;
};

struct RouteStatus {
  std::string name;  // "findface"
  std::uint64_t pending = 0, delivered = 0, refused = 0, failed = 0;
  // Of those delivered: to a broker at which nobody listens; with a corrected time of capture, because this
  // machine's clock was set after it; with a wrong one, because the clock was not set.
  std::uint64_t unheard = 0, clock_corrected = 0, clock_unset = 0;
  std::uint64_t notices_dropped = 0;  // of cameras' conditions: it did not take them, or too many waited
  BreakerStatus breaker;
  std::vector<CameraWait> waits;  // by camera
};

}  // namespace vigia::status
