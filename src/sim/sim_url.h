// Reads "sim:faces=4&size=1280x720&fps=30&seed=1&seconds=20"; every key may be left out.
#pragma once

#include <string_view>

#include "base/result.h"
#include "sim/scene_options.h"

namespace vigia::sim {

// Errors (invalid): not a sim: URL, an unknown or repeated key, a value that is no number. Whether the
// values fit together is checked by Scene::make().
Result<SceneOptions> parse_sim_url(std::string_view url);

}  // namespace vigia::sim
