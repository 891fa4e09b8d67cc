// The flags of 'vigia soak'. Threads: one thread at a time.
#pragma once

#include <string>

#include "soak/soak_options.h"

namespace CLI {
class App;
}

namespace vigia::tools {

// Filled by CLI11.
struct SoakArguments {
  soak::SoakOptions options;
  double hours = 0, seconds = 0;  // 0: not given
  std::string faults = "normal", findface = "on", max_growth, max_rss, report, plot;
};

// Both must outlive the parsing. --set and --verbose, which all verbs have, are added elsewhere.
void add_soak(CLI::App& soak, SoakArguments& into);
// REQUIRES: parsed without an error.
soak::SoakOptions complete(const SoakArguments& arguments);

}  // namespace vigia::tools
