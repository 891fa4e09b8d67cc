// Carries out each command with its settings: run, demo, check, status, top, events, discover and model.
// Threads: the main thread only.
#pragma once

#include "settings/command_line.h"

namespace vigia::app {

// argv: main's, with which a run starts again after a crash.
// Loads the settings if the command has any, prints their errors, and carries the command out. Returns the
// exit code: 0 done or stopped, 1 it had to give up, 2 wrong settings or arguments; of
// status see status.h.
int carry_out(const settings::CommandLine& command, char** argv);

}  // namespace vigia::app
