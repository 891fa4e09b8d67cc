// Reads whom the user wants asked: 10.0.0.5, gate.local, 10.0.0.6:8000, [fe80::1]:80, 10.0.0.0/24, or the
// whole url of a device service. Threads: pure functions; targets_of_file() reads a file.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigia::discover {

struct Target {
  std::string host;               // without brackets
  std::string url;                // of its device service
  bool may_be_absent = false;     // it is of a range
  bool may_be_elsewhere = false;  // neither port nor url was given: a Probe may tell another one

  bool operator==(const Target&) const = default;
};

inline constexpr std::size_t kMostTargets = 4096;

// Each host and port once, in the order given. Errors: invalid, which names the text that is wrong, unless it
// may hold a password; more than kMostTargets.
Result<std::vector<Target>> read_targets(std::span<const std::string> texts);

// Whether it is written with the characters of names and addresses, so that it can be shown and put in a url.
bool is_host(std::string_view host);

// Of a file with one text a line; '#' begins a comment. Errors: io, invalid.
Result<std::vector<std::string>> read_target_file(const std::string& file);

}  // namespace vigia::discover
