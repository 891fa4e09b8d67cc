// The options of a soak: flags of `vigia soak`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace vigia::soak {

// How often faults occur: never; every 10 minutes; every 3 minutes, several at a time; all the time.
enum class FaultIntensity { none, calm, normal, storm };

struct SoakOptions {
  double seconds = 8 * 3600.0;
  int cameras = 0;  // 0: as many as clips, 4 without clips
  // Video files that the cameras show, in turn, again and again; none: synthetic scenes.
  std::vector<std::filesystem::path> clips;
  std::string size = "1280x720";  // of synthetic scenes
  double fps = 25;
  std::uint64_t seed = 1;  // of the schedule of faults, and of the scenes
  FaultIntensity faults = FaultIntensity::normal;
  bool findface = true;                         // false: faces go into a folder
  std::vector<std::string> sets;                // for the program under test: "memory.gc_interval=2"
  Bytes max_growth = 8'000'000;                 // an hour, of anonymous memory
  Bytes max_rss = 0;                            // 0: the memory budget and kBase
  std::optional<std::filesystem::path> report;  // JSON
  std::optional<std::filesystem::path> plot;    // SVG
  bool verbose = false;                         // prints the schedule, and the program's log at level debug

  // Memory of the program beside its budget: code, libraries, the model, FFmpeg's decoders.
  static constexpr Bytes kBase = 256'000'000;

  bool operator==(const SoakOptions&) const = default;
};

}  // namespace vigia::soak
