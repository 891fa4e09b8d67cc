// The options of 'vigia bench people'. Flags of the same names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/geometry.h"

namespace vigia::bench {

struct PeopleBenchOptions {
  std::vector<std::filesystem::path> films;  // folders of films with NAME.json beside NAME.mp4, or such films
  std::vector<std::string> scenes;           // painted ones, by the name that sim: has for them
  int people = 20;                           // of scenes: at least so many are shown
  std::uint64_t seed = 1;                    // of scenes
  std::vector<std::filesystem::path> tracks;  // files of faces with identities and no pictures
  std::vector<std::string> only;              // of the films those of these names; empty: all
  double fps = 25;                            // of scenes and tracks: frames a second
  domain::Size frame{1920, 1080};             // of tracks: the picture's size
  std::string model;                          // empty: as the settings say
  domain::Size input{640, 384};
  std::string precision = "auto";  // auto, f32, bf16
  int workers = 0;                 // films at once; 0: one a core
  std::vector<std::string> sets;   // as `vigia run --set`
  std::optional<std::filesystem::path> json;

  bool operator==(const PeopleBenchOptions&) const = default;
};

}  // namespace vigia::bench
