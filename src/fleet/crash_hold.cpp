#include "fleet/crash_hold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace vigia::fleet {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Nanoseconds, 4> kHolds{5min, 30min, 2h, 6h};

}  // namespace

std::optional<camera::StreamCamera::Hold> crash_hold(std::span<const Crash> crashes, const std::string& name,
                                                     UtcTime now) {
  const std::string subject = name.substr(0, Crash::kLongestSubject);
  std::size_t count = 0;
  const Crash* last = nullptr;
  for (const Crash& crash : crashes) {
    if (crash.subject != subject || now - crash.at >= 24h) continue;
    ++count;
    last = &crash;
  }
  if (last == nullptr) return std::nullopt;
  const Nanoseconds hold = kHolds.at(std::min(count, kHolds.size()) - 1);
  // Whatever the clock was set to meanwhile, it waits no longer than that.
  const Nanoseconds left = std::min(last->at + hold - now, hold);
  if (left <= 0ns) return std::nullopt;
  return camera::StreamCamera::Hold{
      .time = left,
      .reason = camera::Condition::crashed,
      .message =
          fmt::format("Vigia crashed ({}) at work for it at {:.19}Z{}, and started again; it is opened "
                      "in {:.0f} min, or at once when its settings change",
                      signal_name(last->signal), format_utc(last->at),
                      count > 1 ? fmt::format(", for the {}. time in a day", count) : "",
                      std::max(1.0, to_seconds(left) / 60))};
}

}  // namespace vigia::fleet
