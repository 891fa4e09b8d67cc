// Lays the layers over each other: defaults < file < environment < flags, and for a camera over what the
// program's `defaults` came to. Threads: owner thread only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "settings/layer.h"

namespace vigia::settings {

// Who set a path last: "cameras.gate.url" -> "vigia.yaml:3".
using Origins = std::map<std::string, std::string, std::less<>>;

struct Layers {
  Layer file, environment, sets;
};

Settings assemble(const Layers& layers, Settings base, Origins& origins, Problems& problems);

}  // namespace vigia::settings
