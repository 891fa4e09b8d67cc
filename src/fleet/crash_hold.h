// How long a camera waits before it is opened again after Vigia has crashed at work for it: 5 minutes after
// the first crash of a day, 30 after the second, then 2 and 6 hours. So whatever it sends, it interrupts the
// other cameras a few times a day at most, for the second that a start takes. New settings are a new attempt
// at once, as is a start by hand. Threads: a pure function.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/crash_restart.h"
#include "camera/stream_camera.h"

namespace vigia::fleet {

// crashes: oldest first. Nothing: it had none, or has waited.
std::optional<camera::StreamCamera::Hold> crash_hold(std::span<const Crash> crashes, const std::string& name,
                                                     UtcTime now);

}  // namespace vigia::fleet
