// Any name as one that a file system, or a broker's topic, can take.
// Threads: thread-safe function.
#pragma once

#include <string>
#include <string_view>

namespace vigia::delivery {

// What `kept` says yes to stays, all else becomes '_'; `first`: is it the name's first byte? A name that had
// to change (or is longer than 80 bytes, or empty) ends in a code of its own, so two names never become one.
std::string safe_name(std::string_view name, bool (*kept)(unsigned char byte, bool first));

}  // namespace vigia::delivery
