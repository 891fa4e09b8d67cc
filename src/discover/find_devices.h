// Finds ONVIF devices by WS-Discovery: a Probe over UDP to port 3702, of the multicast group 239.255.255.250
// by each of the given interfaces, and of single hosts. It is sent three times within the wait, since
// datagrams get lost. Routers, VLANs and the bridges of containers do not let a multicast pass: there, single
// hosts have to be named. Cost: a socket an interface; at most kMostDevices answers are kept.
// Threads: thread-safe.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "discover/interfaces.h"
#include "discover/probe_message.h"

namespace vigia::discover {

inline constexpr std::size_t kMostDevices = 4096;

struct SearchPlan {
  std::vector<Interface> interfaces{};  // multicasts go out by these
  std::vector<std::string> hosts{};     // single ones: addresses of IPv4; others are left out
  Nanoseconds wait{0};                  // for answers; with hosts only it ends once all have answered
};

struct Findings {
  std::vector<Match> devices;
  std::vector<std::string> notes;  // for people: by which interface no Probe could be sent
};

// The devices that answered, each once: by endpoint address, unless two addresses answer for one endpoint and
// have no url in common, as cheap cameras do that all have the same. A stop ends it with those that it has.
// Errors: io (nothing at all could be sent).
Result<Findings> find_devices(const SearchPlan& plan, Clock& clock, const std::stop_token& stop);

// Adds a device unless it is there already.
void add_match(std::vector<Match>& all, Match match);

}  // namespace vigia::discover
