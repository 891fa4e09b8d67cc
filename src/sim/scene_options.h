// The options in a sim: URL.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "domain/geometry.h"

namespace vigia::sim {

// What people do. Scene has the guarantees for plain; the others are hard on purpose: see play.h.
enum class SceneKind {
  plain,
  turnstile,  // one after the other at one spot
  crossing,   // pairs that walk past each other, and the next pair right after them
  queue,      // beside each other, each hidden now and then
  sitting,    // hardly move
  posters,    // pass pictures of faces, which are hidden now and then
  pillar,     // pass behind a wide one
  crowd,      // many people, both ways
  approach,   // two by two, from far away to near
  walk,       // both ways, one by one; for few pictures a second
  behind,     // pass behind a person who sits
  passing,    // come out of a door and are gone through another 0.4 to 3 s later, now and then
};
inline constexpr std::array<std::pair<std::string_view, SceneKind>, 12> kSceneKinds{
    {{"plain", SceneKind::plain},
     {"turnstile", SceneKind::turnstile},
     {"crossing", SceneKind::crossing},
     {"queue", SceneKind::queue},
     {"sitting", SceneKind::sitting},
     {"posters", SceneKind::posters},
     {"pillar", SceneKind::pillar},
     {"crowd", SceneKind::crowd},
     {"approach", SceneKind::approach},
     {"walk", SceneKind::walk},
     {"behind", SceneKind::behind},
     {"passing", SceneKind::passing}}};

struct SceneOptions {
  int faces = 4;                      // people in a cycle; 0: an empty room
  domain::Size size{1280, 720};       // even numbers, 320x180 to 3840x2160, from 4:3 to 7:3
  double fps = 30;                    // 1 to 120
  std::uint64_t seed = 1;             // another one: other people, other walks, another room
  double seconds = 20;                // length of a cycle, 10 to 3600
  int cycles = 0;                     // so many, then the stream ends as a file does; 0: never
  SceneKind kind = SceneKind::plain;  // scene=

  bool operator==(const SceneOptions&) const = default;
};

}  // namespace vigia::sim
