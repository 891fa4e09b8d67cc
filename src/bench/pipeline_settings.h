// What `vigia bench pipeline` lets the main job do: what `vigia run` would, with cameras that show clips, and
// a folder of its own. Threads: thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/clip.h"
#include "bench/pipeline_bench_options.h"
#include "settings/settings.h"

namespace vigia::bench {

// Cameras cam1, cam2, ... over the clips in turn; delivery and outbox in `folder`; FINDFACE_URL in the
// environment is not obeyed. options.sets go over all that, the other flags over these. With an input of
// its own, of options.input or of a set, an overload is not answered by a smaller one: the size is what is
// measured; unless a set names detector.on_overload itself.
// Errors: invalid: all lines for the user, one behind the other.
Result<settings::Settings> pipeline_settings(const PipelineBenchOptions& options, int cameras,
                                             const std::vector<Clip>& clips,
                                             const std::filesystem::path& folder);

}  // namespace vigia::bench
