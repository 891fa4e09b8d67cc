// Asks many devices, several at once, so that a slow or dead one delays no other. Threads: thread-safe.
#pragma once

#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "discover/ask_device.h"
#include "discover/probe_message.h"
#include "discover/targets.h"

namespace vigia::discover {

inline constexpr std::size_t kAskedAtOnce = 64;  // of a range nearly all are absent, which takes 5 s each

// Whom to ask: each target, at the url that its answer to a Probe told if there was one; and each other
// device that answered. In the order of their addresses.
std::vector<Lead> leads_of(std::span<const Target> targets, std::span<const Match> matches);

struct Logins {
  Login usual;                           // for all that have none of their own
  std::map<std::string, Login> of_host;  // by the camera's address

  [[nodiscard]] const Login& of(const std::string& host) const {
    const auto found = of_host.find(host);
    return found == of_host.end() ? usual : found->second;
  }
};

// A device for each lead, in their order. Starts at most kAskedAtOnce threads, which have ended when it
// returns; a stop ends it within moments, and what was not asked has a failure with the code cancelled. done:
// called by these threads, one at a time, after each device; may be empty.
std::vector<Device> ask_all(std::span<const Lead> leads, const Logins& logins, http::Http& http,
                            const std::stop_token& stop);

}  // namespace vigia::discover
