#include "discover/interfaces.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "discover/plain_text.h"

namespace vigia::discover {
namespace {

struct Listed {
  Interface one;
  bool can_multicast = false;
};

Result<std::vector<Listed>> all_interfaces() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    return Error{ErrorCode::io,
                 fmt::format("this machine's interfaces cannot be listed: {}", std::strerror(errno))};
  }
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, &::freeifaddrs);
  std::vector<Listed> found;
  for (const ifaddrs* i = first; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET || (i->ifa_flags & IFF_UP) == 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* const address = reinterpret_cast<const sockaddr_in*>(i->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) == nullptr) continue;
    const bool multicast = (i->ifa_flags & IFF_MULTICAST) != 0 && (i->ifa_flags & IFF_LOOPBACK) == 0;
    found.push_back({{i->ifa_name, text.data()}, multicast});
  }
  return found;
}

}  // namespace

Result<std::vector<Interface>> find_interfaces(std::span<const std::string> wanted) {
  const Result<std::vector<Listed>> all = all_interfaces();
  if (!all) return all.error();
  std::vector<Interface> found;
  if (wanted.empty()) {
    for (const Listed& listed : *all) {
      if (listed.can_multicast) found.push_back(listed.one);
    }
    return found;
  }
  for (const std::string& text : wanted) {
    const std::size_t before = found.size();
    for (const Listed& listed : *all) {
      if (text == listed.one.name || text == listed.one.address) found.push_back(listed.one);
    }
    in_addr address{};
    const bool is_loopback = text.starts_with("127.") && ::inet_pton(AF_INET, text.c_str(), &address) == 1;
    if (found.size() == before && is_loopback) found.push_back({"lo", text});
    if (found.size() != before) continue;
    std::vector<std::string> known;
    for (const Listed& listed : *all) known.push_back(listed.one.name + " (" + listed.one.address + ")");
    return Error{ErrorCode::invalid,
                 fmt::format("--interface: '{}' is no interface with IPv4 of this machine; there are {}",
                             plain(text), fmt::join(known, ", "))};
  }
  return found;
}

}  // namespace vigia::discover
