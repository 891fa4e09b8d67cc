// Carries out `vigia events`: shows from the ledger how the last tracks ended, newest first; also while Vigia
// runs. Threads: the main thread only.
#pragma once

#include "ledger/events_options.h"
#include "settings/settings.h"

namespace vigia::app {

// Prints a table, or JSON lines, and writes thumbnails if the options say so. Returns the exit code: 0 done,
// also when nothing matches; 1 the ledger cannot be read or a thumbnail not be written; 2 wrong arguments.
int events(const settings::Settings& settings, const ledger::EventsOptions& options);

}  // namespace vigia::app
