// One picture of a running Vigia for people: first one sentence (all well; or what, which, since when, what
// to do), then cameras, receivers, memory. What is in trouble stands first. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "app/agent.h"

namespace vigia::app {

struct StatusLook {
  int columns = 0;  // lines are shortened to that; 0: as long as they are
  int rows = 0;     // cameras without trouble are left out first; 0: all are shown
  bool has_colours = false;
};

// Nothing is wrong, or it is still starting.
bool is_well(const AgentState& state);
// Lines without their ends. An API of another version leaves gaps, and no error.
std::vector<std::string> status_lines(const AgentState& state, const StatusLook& look);

}  // namespace vigia::app
