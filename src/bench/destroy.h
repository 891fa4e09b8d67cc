// Measures guarantee 8 of memory_manager.h under load: a gigabyte is released at once on the hot threads,
// half of it blocks of a frame's size, half of it small nodes, made on the same threads (so that freeing them
// takes the locks of the arenas that hot threads allocate from). The measured time lasts until all of it is
// destroyed, and a quarter of a second more, in which it goes back to the system. Once in a process: the
// collector trims the allocator only now and then.
#pragma once

#include "base/signals.h"
#include "bench/figures.h"
#include "bench/keeper.h"
#include "bench/load.h"
#include "bench/report.h"

namespace vigia::bench {

struct DestroyOptions {
  Bytes bytes = 1_GiB;
  int workers = 2;
};

// The running mode; all of it outlives the call. figures.measuring is false before and after.
struct DestroyStage {
  Load& load;
  Keeper& keeper;
  Figures& figures;
  StopSignals& signals;
};

// Ends early on a stop signal. Fills in report.ended, seconds and the figures of destroying.
void destroy_at_once(const DestroyOptions& options, const DestroyStage& stage, ModeFigures& report);

}  // namespace vigia::bench
