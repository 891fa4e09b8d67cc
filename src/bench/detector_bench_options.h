// The options of 'vigia bench detector'. Flags of the same names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/geometry.h"

namespace vigia::bench {

struct DetectorBenchOptions {
  std::string model = "auto";  // as detector.model
  std::vector<domain::Size> inputs = {{320, 192}, {320, 320}, {640, 384}, {640, 640}};
  std::vector<std::string> precisions;  // f32, bf16; empty: all that this CPU has
  int threads = 0;                      // 1 to so many at once; 0: one a core
  double seconds = 1;                   // of each measurement
  domain::Size frame{1280, 720};        // of the pictures that are searched
  std::optional<std::filesystem::path> json;

  bool operator==(const DetectorBenchOptions&) const = default;
};

}  // namespace vigia::bench
