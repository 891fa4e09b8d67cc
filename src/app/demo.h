// The lines that `vigia demo` adds to the summary: its cameras are painted scenes, so it is known how many
// people walked past each. Threads: a pure function.
#pragma once

#include <string>

#include "settings/settings.h"
#include "status/snapshot.h"

namespace vigia::app {

// A line for each synthetic camera of the settings: "sim1: 4 people were shown, 4 faces posted".
std::string people_shown(const settings::Settings& settings, const status::Snapshot& snapshot);

}  // namespace vigia::app
