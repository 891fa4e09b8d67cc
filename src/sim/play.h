// Plans scenes that are hard for a tracker: people come right after each other at one spot, cross, hide, sit
// still, pass posters. Determined by scene and seed. Pure arithmetic.
//
// Places are in layout units, as in path.h. A cycle has `faces` people, numbered by the time at which they
// begin; the next one begins at once with new people, often where others have just been.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/path.h"
#include "sim/scene_options.h"

namespace vigia::sim {

inline constexpr int kPosters = 3;

// A person, or a poster, for the time of a cycle in which it is there.
struct Role {
  std::int64_t number = 0;  // posters: -1, -2, ...: the same for ever
  bool poster = false;
  bool behind_pillar = false;
  double start = 0, duration = 0;  // seconds since the cycle's start
  float x_from = 0, x_to = 0;      // the face's centre
  float y = 0;
  float width_from = 0, width_to = 0;
  float sway = 0;                                   // how far they move about, to each side
  float yaw = 0;                                    // degrees, where they look
  float turn = 0;                                   // degrees that the head turns to each side beyond
  float phase = 0;                                  // radians
  std::vector<std::pair<double, double>> hidden{};  // from, until: behind a paper

  [[nodiscard]] double end() const { return start + duration; }
  // REQUIRES: start <= t < end()
  [[nodiscard]] Pose pose_at(double t) const;
};

// How many people a cycle can show. REQUIRES (also below): options.kind is not plain.
int most_in_play(const SceneOptions& options);
// The roles of cycle 0, 1, ...: the posters, then people in the order of their starts. REQUIRES: faces <=
// most_in_play().
std::vector<Role> plan_play(const SceneOptions& options, std::int64_t cycle);

}  // namespace vigia::sim
