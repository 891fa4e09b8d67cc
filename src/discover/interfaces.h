// The network interfaces of this machine that a multicast can go out by. Threads: thread-safe functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace vigia::discover {

struct Interface {
  std::string name;     // "eth0"
  std::string address;  // IPv4
};

// wanted: names or IPv4 addresses of this machine; empty: all that are up, have IPv4 and can multicast. An
// address of the loopback network may be any of its 127.x.y.z. Errors: invalid (which one is not there), io.
Result<std::vector<Interface>> find_interfaces(std::span<const std::string> wanted);

}  // namespace vigia::discover
