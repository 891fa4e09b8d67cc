// Reads a moment as people write it: "90s", "30m", "1h", "2d" before now, or a UTC time in ISO 8601 of any
// precision: "2026-11-23", "2026-11-23T13:00", "2026-11-23T13:00:05Z".
// Threads: pure.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace vigia::ledger {

// Error (invalid): what is allowed.
Result<UtcTime> parse_since(std::string_view text, UtcTime now);

}  // namespace vigia::ledger
