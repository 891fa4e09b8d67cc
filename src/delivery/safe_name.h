// Turns any name into one that a file system, or a broker's topic, accepts.
// Threads: thread-safe function.
#pragma once

#include <string>
#include <string_view>

namespace vigia::delivery {

// Bytes for which `kept` returns true stay, all others become '_'; `first`: it is the name's first byte. A
// name that had to change (or is longer than 80 bytes, or empty) ends in a code of its own, so two names
// never become one.
std::string safe_name(std::string_view name, bool (*kept)(unsigned char byte, bool first));

}  // namespace vigia::delivery
