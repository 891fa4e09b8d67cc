// Films with known people, for the cameras of `vigia bench pipeline --people`, and who of them was delivered.
// Threads: pure functions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/clip.h"
#include "bench/people_figures.h"
#include "bench/people_truth.h"
#include "bench/pipeline_bench_options.h"

namespace vigia::bench {

struct Film {
  Clip clip;
  Truth truth;
};

struct Films {
  std::vector<Film> films;  // the busy cameras show them in turn, each once
  std::string empty;        // url of what the others show, looped; empty: there are no others
  double seconds = 0;       // of the longest
};

// The films of options.clips. A painted scene is recorded into `folder` first, at some hundred pictures a
// second, so that painting takes no time from what is measured; of a file the truth lies beside it
// (read_film_truth()). cameras: the most of a run. Errors: a line for the user.
Result<Films> make_films(const PipelineBenchOptions& options, int cameras,
                         const std::filesystem::path& folder);

// What the cameras of a run delivered into `faces`, a folder of sinks::DirectoryCourier: over the `busy`
// cameras cam1, cam2, ... that showed the films in turn. Shots of the others are nobody's. Errors: io,
// invalid.
Result<PeopleDelivered> people_delivered(const Films& films, int busy, const std::filesystem::path& faces);

}  // namespace vigia::bench
