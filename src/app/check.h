// Carries out `vigia check`: tries every part that the settings name, once, and prints for each: ok, or why
// not. It may run beside the Vigia that uses these settings: it changes no file, stores no key of a server,
// and logs in under a name of its own. So it may be ended at any moment. Threads: the main thread only.
#pragma once

#include "settings/settings.h"

namespace vigia::app {

// Prints a line for each: the model, the outbox, every camera's first frame and which faces would be found
// there, FindFace's login and cameras, the other receivers. Returns the exit code: 0 all ok, 2 a part failed.
// Takes at most about the largest source_timeout.
int check(const settings::Settings& settings);

}  // namespace vigia::app
