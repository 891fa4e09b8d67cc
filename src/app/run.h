// The main job from start to summary: what `vigia run` and `vigia demo` do.
// Threads: the main thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/signals.h"
#include "settings/settings.h"
#include "status/snapshot.h"

namespace vigia::app {

struct RunOptions {
  std::optional<double> seconds;                 // none: until a signal, or all cameras are at their end
  std::optional<std::filesystem::path> summary;  // JSON goes there
  char** restart_with = nullptr;  // main's argv: after a crash it starts again with that; null: it ends
  // Gives the text to print below the summary; empty: none.
  std::function<std::string(const status::Snapshot&)> afterword;
};

// Returns the exit code: 0 done or stopped, 1 it had to give up (status/snapshot.h says when; or the summary
// could not be written), 2 wrong settings. Prints the summary.
int run(const settings::Settings& settings, const RunOptions& options, StopSignals& signals);

}  // namespace vigia::app
