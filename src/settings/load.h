// Makes Settings from a file, the environment and flags: defaults < file < environment < flags.
//
//   auto outcome = load({"vigia.yaml", process_environment(), {"memory.gc_interval=2"}});
//   for (auto& line : outcome.warnings) log::warn("{}", line);
//   if (!outcome.settings) { print(outcome.errors); return 2; }
//
// Every problem is reported in a line of its own, without any secret:
//   vigia.yaml:12: cameras.gate.jpeg_qualty: unknown key; allowed: ...; did you mean 'jpeg_quality'?
// Guarantee: no exception, bounded time and memory for any file. Secrets (see secrets.h) come from the
// environment, else from the file that delivery.findface.secrets_file names. Relative paths count from the
// working directory. Cost: reads at most two files. Threads: thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "settings/settings.h"

namespace vigia::settings {

struct Sources {
  std::optional<std::filesystem::path> file;       // none: defaults, environment and flags alone
  std::map<std::string, std::string> environment;  // process_environment(), or a test's own
  std::vector<std::string> sets;                   // "memory.gc_interval=2"
};

struct LoadOutcome {
  std::optional<Settings> settings;   // none: see errors
  std::vector<std::string> warnings;  // lines, in either case
  std::vector<std::string> errors;    // lines; empty exactly when there are settings
};

// base: the values that all sources override, cameras included (the demo's settings, for example).
LoadOutcome load(const Sources& sources, const Settings& base);
LoadOutcome load(const Sources& sources);

// The environment variables that settings use: VIGIA_*, FINDFACE_* and MQTT_*. Must not run
// while another thread changes the environment.
std::map<std::string, std::string> process_environment();

// Reasons why a run would have nothing to do, or could not do it: one line each. load() accepts such
// settings, since a file may be checked before its secrets exist.
std::vector<std::string> problems_for_run(const Settings& settings);

// Warnings to print at each start of a run or a check, one line each: faces or logins that go over the
// network unencrypted.
std::vector<std::string> warnings_for_run(const Settings& settings);

}  // namespace vigia::settings
