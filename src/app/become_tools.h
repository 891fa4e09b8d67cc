// `vigia bench` and `vigia soak`: this process becomes vigia-tools, the program beside it that has them. So
// signals reach it, and its exit code is ours. Threads: the main thread only, before there are others.
#pragma once

namespace vigia::app {

// argv: as main() has it. Returns, with the exit code 2 and a line that says what to install, only where that
// program is not there.
int become_tools(char** argv);

}  // namespace vigia::app
