// Looks up a host's name within a bounded time, for libraries that do it themselves on the caller's thread.
// The system's resolver cannot be interrupted, and takes half a minute when its servers are away; here
// libcurl has a thread of its own for it, which it leaves alone when the time is over or a stop comes. So
// call this first: either the library is given the address, or its own look-up a moment later finds servers
// that answer. Threads: thread-safe.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vigia::http {

// The host's addresses, at least one, the best first; of an address itself. Nothing is connected.
// Errors: unavailable, cancelled.
Result<std::vector<std::string>> look_up(const std::string& host, Nanoseconds at_most,
                                         const std::stop_token& stop);

}  // namespace vigia::http
