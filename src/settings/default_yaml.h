// The settings file that shows every key, its default and one comment: config/vigia.yaml is this text.
// Threads: thread-safe.
#pragma once

#include <string>

namespace vigia::settings {

// Loads as it is, to exactly the defaults.
std::string default_yaml();

}  // namespace vigia::settings
