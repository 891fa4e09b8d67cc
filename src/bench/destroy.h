// Guarantee 8 of memory_manager.h under load: a gigabyte is let go of at once on the hot threads, half of
// it blocks of a frame's size, half of it small nodes, made on those very threads (so that whoever frees
// them takes the locks of the arenas that hot threads allocate from). Measured is only the time from then
// until all of it is destroyed.
#pragma once

#include "bench/figures.h"
#include "bench/keeper.h"
#include "bench/load.h"
#include "bench/report.h"
#include "bench/watch.h"

namespace vigia::bench {

struct DestroyOptions {
  Bytes bytes = 1_GiB;  // in each round
  int workers = 2;
};

// The running mode; all of it outlives the call. figures.measuring is false before and after.
struct DestroyStage {
  Load& load;
  Keeper& keeper;
  Figures& figures;
  Watch& watch;
};

// Three rounds, or fewer on a stop signal. Fills in report.ended, seconds and the figures of destroying.
void destroy_at_once(const DestroyOptions& options, const DestroyStage& stage, ModeReport& report);

}  // namespace vigia::bench
