#include "camera/signal_meter.h"

#include <utility>

namespace vigia::camera {

void SignalMeter::begin(bool is_live) noexcept {
  counters_.is_live.store(is_live, std::memory_order_relaxed);
  counters_.key_came.store(SteadyTime(), std::memory_order_relaxed);
  counters_.key_interval.store(0, std::memory_order_relaxed);
}

// A stream of key frames only, such as JPEGs, has no interval between them: any of its pictures may be lost
// alone.
void SignalMeter::packet(SteadyTime now, bool is_key) noexcept {
  if (!is_key) {
    if (!std::exchange(has_others_, true)) counters_.key_came.store(key_came_, std::memory_order_relaxed);
    return;
  }
  if (has_others_ && key_came_ != SteadyTime()) {
    counters_.key_interval.store((now - key_came_).count(), std::memory_order_relaxed);
  }
  key_came_ = now;
  if (has_others_) counters_.key_came.store(now, std::memory_order_relaxed);
}

void SignalMeter::picture(const domain::Frame& frame, SteadyTime taken, Nanoseconds busy_for) noexcept {
  counters_.busy_for.store(busy_for.count(), std::memory_order_relaxed);
  counters_.decoded_after.store((frame.decoded_at - taken).count(), std::memory_order_relaxed);
  if (const auto seen = probe_.look(frame)) {
    counters_.still_for.store(seen->still_for.count(), std::memory_order_relaxed);
    counters_.brightness.store(seen->brightness, std::memory_order_relaxed);
    counters_.contrast.store(seen->contrast, std::memory_order_relaxed);
  }
}

}  // namespace vigia::camera
