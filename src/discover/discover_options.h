// The options of `vigia discover`.
#pragma once

#include <string>
#include <vector>

namespace vigia::discover {

struct DiscoverOptions {
  std::vector<std::string> addresses;  // whom to ask, as targets.h reads them; empty: who answers a multicast
  std::string from;                    // a file with more of them, one a line; empty: none
  std::vector<std::string> interfaces;  // names or IPv4 addresses of this machine; empty: all that can
  std::string user;                     // of the cameras; empty: defaults.username
  double wait = 3;                      // seconds for answers to a multicast
  bool json = false;                    // a line for each device, for programs

  bool operator==(const DiscoverOptions&) const = default;
};

}  // namespace vigia::discover
