// Carries out `vigia bench` and `vigia soak`: replaces this process by vigia-tools, the program beside it
// that has them, so that signals reach it, and its exit code is ours. Threads: the main thread only, before
// there are others.
#pragma once

namespace vigia::app {

// argv: as main() has it. Returns only if that program is missing: prints what to install, and returns exit
// code 2.
int become_tools(char** argv);

}  // namespace vigia::app
