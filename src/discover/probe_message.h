// The two messages of WS-Discovery that matter here: the question who is there (a Probe), and an answer
// (ProbeMatches). Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace vigia::discover {

inline constexpr Bytes kLargestMatch = 64_KiB;  // as much as a datagram holds

// A device that answered.
struct Match {
  std::string endpoint;             // its endpoint address, "urn:uuid:..."; may be empty
  std::vector<std::string> xaddrs;  // of its device service, at most kMostXaddrs
  std::string name, place;          // from its scopes; may be empty
  std::string from;                 // the address that it answered from
};

inline constexpr std::size_t kMostXaddrs = 8;

// For network video transmitters, with an id of its own each time.
std::string probe_message();

// Those of an answer that are ONVIF's. Errors: invalid.
Result<std::vector<Match>> read_matches(std::string_view text, const std::string& from);

// The urls at which this device's service is tried, the best first: at the address that it answered from; the
// same with the path of another (an address that it no longer has, or behind a NAT); then its other
// addresses, those that only its own network segment can reach last.
std::vector<std::string> service_urls(const Match& match);

}  // namespace vigia::discover
