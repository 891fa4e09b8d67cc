// Makes the settings of the main job in `vigia bench pipeline`: as for `vigia run`, with cameras that show
// clips, and a folder of its own. Threads: thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/clip.h"
#include "bench/pipeline_bench_options.h"
#include "settings/settings.h"

namespace vigia::bench {

// Cameras cam1, cam2, ... show the clips in turn (options.busy of them; the others options.idle); delivery
// and outbox are in `folder`; from the environment only what settings/play.h allows has an effect.
// options.sets override all that, and the other flags override these. If options.input or a set gives the
// input, overload does not make it smaller, since that size is to be measured, unless a set names
// detector.on_overload itself. Errors: invalid: all lines for the user, joined.
Result<settings::Settings> pipeline_settings(const PipelineBenchOptions& options, int cameras,
                                             const std::vector<Clip>& clips,
                                             const std::filesystem::path& folder);

}  // namespace vigia::bench
