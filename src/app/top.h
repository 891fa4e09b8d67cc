// Carries out `vigia top`: vigia status on the whole terminal, each second anew, until q or Ctrl+C.
// Threads: the main thread only.
#pragma once

#include "base/signals.h"
#include "settings/settings.h"
#include "settings/status_options.h"

namespace vigia::app {

// Returns the exit code: 0 it was ended, 2 wrong settings, arguments or token, or no terminal. While nobody
// answers it says so and asks again.
int show_top(const settings::Settings& settings, const settings::StatusOptions& options,
             StopSignals& signals);

}  // namespace vigia::app
