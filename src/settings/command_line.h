// The command line: vigia run | demo | check | status | top | events | discover | model. Nothing is read,
// opened or printed here. `vigia bench` and `vigia soak` are vigia-tools'. Threads: one thread at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "discover/discover_options.h"
#include "ledger/events_options.h"
#include "settings/arguments.h"
#include "settings/model_options.h"
#include "settings/status_options.h"

namespace vigia::settings {

enum class Verb { run, demo, check, status, top, events, discover, model };

struct CommandLine {
  Verb verb = Verb::run;
  std::optional<std::filesystem::path> config;   // all but demo and model: the settings file
  std::vector<std::string> sets;                 // "memory.gc_interval=2", in order
  double seconds = 0;                            // run, demo: how long; 0: until stopped
  std::optional<std::filesystem::path> summary;  // run, demo: where the numbers go
  int cameras = 2;                               // demo
  int faces = 4;                                 // demo: people in front of each camera
  bool print_defaults = false;                   // check: print default_yaml() and nothing else
  bool verbose = false;                          // logging.level=debug
  ledger::EventsOptions events;                  // events
  discover::DiscoverOptions discover;            // discover
  ModelOptions model;                            // model
  StatusOptions status;                          // status, top

  bool operator==(const CommandLine&) const = default;
};

std::variant<CommandLine, Farewell> parse_command_line(int argc, const char* const* argv);

// Whether these arguments (without the program's name) are of a command that vigia-tools has.
bool is_for_tools(std::span<const char* const> words);

}  // namespace vigia::settings
