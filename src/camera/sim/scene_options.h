// What a sim: URL can say.
#pragma once

#include <cstdint>

#include "domain/geometry.h"

namespace vigia::camera::sim {

struct SceneOptions {
  int faces = 4;                 // people in a cycle; 0: an empty room
  domain::Size size{1280, 720};  // even numbers, 320x180 to 3840x2160, from 4:3 to 7:3
  double fps = 30;               // 1 to 120
  std::uint64_t seed = 1;        // another one: other people, other walks, another room
  double seconds = 20;           // length of a cycle, 10 to 3600
  int cycles = 0;                // so many, then the stream ends as a file does; 0: never

  bool operator==(const SceneOptions&) const = default;
};

}  // namespace vigia::camera::sim
