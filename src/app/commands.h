// What each command does, with its settings: run, demo, check, events and model. Threads: the main thread
// only.
#pragma once

#include "settings/command_line.h"

namespace vigia::app {

// Loads the settings where the command has some, says what is wrong with them, and carries it out. Returns
// the exit code: 0 done, 1 failed while running, 2 wrong settings or arguments.
int carry_out(const settings::CommandLine& command);

}  // namespace vigia::app
