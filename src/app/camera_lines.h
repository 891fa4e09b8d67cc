// A line for each camera, redrawn below the log while `vigia run` and `vigia demo` have a terminal.
//
//   gate    INPROGRESS    25.0 fps    312 faces    4 posted
//   hall    INTERRUPTED      0 fps      0 faces    0 posted   offline: no connection to 10.0.0.6:554
//
// Where there is no room for all, those without trouble are left out first. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/terminal.h"
#include "status/snapshot.h"

namespace vigia::app {

class CameraLines {
 public:
  // With their line ends; at most half as many as the terminal has. Frames a second are those since the call
  // before.
  std::string draw(const status::Snapshot& now, TerminalSize size);

 private:
  std::map<std::string, std::uint64_t> frames_;  // processed, at the call before
  double seconds_ = 0;
};

}  // namespace vigia::app
