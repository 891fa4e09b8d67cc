// Painted scenes as films whose people are known: the truth is the scene's own script.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/people_truth.h"

namespace vigia::bench {

// The names of all of them.
std::vector<std::string> all_scenes();

// The url of a scene that shows at least so many people and then ends. name: as in scene=NAME; cycles of 20 s
// with as many people as they have room for. Errors: invalid: no such scene, or not at that rate.
Result<std::string> scene_url(const std::string& name, int people, double fps, std::uint64_t seed);

// url: of a scene with an end. A face counts as visible as long as most of it is seen.
// Errors: invalid.
Result<Truth> scene_truth(const std::string& url);

}  // namespace vigia::bench
