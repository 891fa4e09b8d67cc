// The options of 'vigia bench pipeline'. Flags of the same names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/bench_options.h"
#include "domain/geometry.h"

namespace vigia::bench {

// The step that one process does.
enum class PipelineStep {
  job,    // the main job
  bound,  // decode, prepare and infer alone
};

// With people: seconds that a run goes on behind the films, so that a camera that is a little late shows all
// of its own.
inline constexpr double kAfterFilm = 2;

struct PipelineBenchOptions {
  std::vector<int> cameras = {8};  // a run for each number
  std::vector<std::string> clips;  // files, or sim: scenes; the cameras take them in turn, looped
  Pace pace = Pace::realtime;      // as recorded, with drops; or as fast as it goes without drops
  domain::Size input{0, 0};        // 0x0: as the settings say (auto without)
  std::string precision = "auto";  // auto, f32, bf16
  std::string model;               // empty: as the settings say
  double seconds = 30;             // that are measured, of each run
  double warm_up = 3;              // seconds before them
  int repeat = 1;                  // runs of each number of cameras
  bool bound = true;               // measure it too
  // Each clip is a film with known people, shown once from beginning to end: count who is delivered. The
  // films' length takes the place of seconds and warm_up.
  bool people = false;
  int busy = 0;  // with people: so many cameras show films; 0: all
  std::string
      idle;  // with people: the clip of the others, looped; empty: the first scene's room, with nobody
  std::vector<std::string> sets;  // as `vigia run --set`; goes over what the bench sets by itself
  std::optional<std::filesystem::path> json;
  bool verbose = false;

  // Do this one step in this very process, keep files in that folder and report to standard output: how
  // the program starts itself.
  std::optional<PipelineStep> child;
  std::filesystem::path folder;

  [[nodiscard]] int busy_of(int of) const { return busy > 0 && busy < of ? busy : of; }

  bool operator==(const PipelineBenchOptions&) const = default;
};

}  // namespace vigia::bench
