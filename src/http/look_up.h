// Looks up a host's name within a bounded time, for libraries that do it themselves on the caller's thread.
// The system's resolver cannot be interrupted, and takes half a minute when its servers are away; here
// libcurl has a thread of its own for it, which it leaves alone when the time is over or a stop comes. So
// call this first: the library's own look-up a moment later then finds servers that answer. Threads:
// thread-safe.
#pragma once

#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace vigia::http {

// ok: the host has an address, or is one. Nothing is connected. Errors: unavailable, cancelled.
Status look_up(const std::string& host, Nanoseconds at_most, const std::stop_token& stop);

}  // namespace vigia::http
