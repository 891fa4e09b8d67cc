// Carries out `vigia discover`: finds ONVIF cameras, asks them for their streams, and prints these as
// settings. Threads: the main thread only.
#pragma once

#include "discover/discover_options.h"
#include "settings/settings.h"

namespace vigia::app {

// Settings go to standard output, or with json a line for each device; what was odd or failed goes to
// standard error. The login is that of a camera of the settings at the same address, else that of the options
// and of `defaults`. Returns the exit code: 0 at least one camera was printed, or stopped; 1 none was; 2
// wrong arguments.
int discover(const settings::Settings& settings, const discover::DiscoverOptions& options);

}  // namespace vigia::app
