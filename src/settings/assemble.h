// Applies the layers in order: defaults < file < environment < flags; a camera starts from the resulting
// `defaults`. Threads: owner thread only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "settings/layer.h"

namespace vigia::settings {

// Which source set a path last: "cameras.gate.url" -> "vigia.yaml:3".
using Origins = std::map<std::string, std::string, std::less<>>;

struct Layers {
  Layer file, environment, sets;
};

Settings assemble(const Layers& layers, Settings base, Origins& origins, Problems& problems);

}  // namespace vigia::settings
