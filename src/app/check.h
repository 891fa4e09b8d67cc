// Carries out `vigia check`: tries every part that the settings name, once, and prints for each whether it
// works, or why not. It may run while a Vigia uses these settings, and may be ended at any moment: it changes
// no file, stores no server's key, and logs in under a uuid of its own. Threads: the main thread only.
#pragma once

#include "settings/settings.h"

namespace vigia::app {

// Prints a line for each: the model, the outbox, the ledger, every camera's first frame and which faces would
// be found there, FindFace's login and cameras, the other receivers. Returns the exit code: 0 all ok, 2 a
// part failed. A camera may take its source_timeout, and one whose key frames are far apart as long as a
// running Vigia gives it (30 s, or three times source_timeout); all are tried at once, but for open_gate.h's
// limits. Then each receiver may take some ten seconds to time out.
int check(const settings::Settings& settings);

}  // namespace vigia::app
