// What the command lines of vigia and vigia-tools have in common: help, version, and one line for whatever is
// wrong. To the user they are one program, vigia. Threads: one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vigia::settings {

inline constexpr const char* kAbout =
    "Vigia watches cameras, finds and follows faces, and delivers each person's best shot to FindFace.";

// Nothing to run: print `text` (to standard output when exit_code is 0, else to standard error) and exit.
struct Farewell {
  int exit_code = 0;  // 0: help or version; 2: wrong arguments, `text` is one line
  std::string text;   // without the last line end
};

// --help, --version, --verbose and the examples. `verbose` outlives the parsing.
void add_common(CLI::App& app, bool& verbose);
// --set KEY=VALUE. `sets` outlives the parsing.
void add_sets(CLI::App& verb, std::vector<std::string>& sets);

// Nothing: all is well, and what the options are bound to is filled.
std::optional<Farewell> parse_arguments(CLI::App& app, int argc, const char* const* argv);

}  // namespace vigia::settings
