// Carries out `vigia status`: one picture of the running Vigia. Threads: the main thread only.
#pragma once

#include "settings/settings.h"
#include "settings/status_options.h"

namespace vigia::app {

inline constexpr int kNobodyAnswers = 3;  // the exit code

// Returns the exit code: 0 it is well (or starting; with --alive: its threads work), 1 something is wrong, 2
// wrong settings, arguments or token, 3 nobody answers.
int show_status(const settings::Settings& settings, const settings::StatusOptions& options);

}  // namespace vigia::app
