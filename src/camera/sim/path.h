// How the people of one cycle walk: who, when, where, in which manner. Pure arithmetic.
//
// Places are in layout units: the picture is 720 high and layout_width() wide, whatever its size in
// pixels. Two bands never meet:
//   far   faces about 85 wide, centres near y = 150: people cross the picture one behind the other, all
//         in one direction and at one speed; some pass behind a thin pillar, which takes < 0.6 s
//   near  columns, each at least 300 wide: people come up from the lower edge, do something (walk towards
//         the camera, turn the head, get out of focus) and go down again
// The next one in a column comes at the earliest kPause after the last one has left; a cycle begins and
// ends with an empty picture. So no fair tracker joins two people, or splits one.
#pragma once

#include <cstdint>
#include <vector>

#include "camera/sim/scene_options.h"

namespace vigia::camera::sim {

inline constexpr float kLayoutHeight = 720;
inline constexpr float kFaceRatio = 1.3F;   // height of a face box to its width
inline constexpr float kHeadTop = 0.25F;    // how far hair reaches above the face box, in face widths
inline constexpr float kShoulders = 1.15F;  // half the width of a body, in face widths
inline constexpr float kPillarWidth = 36;   // layout units
inline constexpr double kQuietStart = 0.3;  // seconds at a cycle's start without anybody
inline constexpr double kQuietEnd = 1.7;    // and at its end
inline constexpr double kPause = 1.8;       // seconds between two people in one column

enum class Act { walk, walk_behind_pillar, approach, turn_head, lose_focus };
constexpr bool is_far(Act act) {
  return act == Act::walk || act == Act::walk_behind_pillar;
}

// One person's place and looks at a moment, in layout units.
struct Pose {
  float x = 0;  // the face's centre
  float y = 0;
  float width = 0;  // the face's
  float yaw = 0;    // degrees, > 0: the person looks to the picture's right
  float blur = 0;   // sigma
};

struct Path {
  std::int64_t number = 0;  // the person's, over all cycles
  Act act = Act::walk;
  double start = 0;     // seconds since the cycle's start: nothing is seen before it, ...
  double duration = 0;  // ... nor from start + duration on
  float x = 0;          // near: the column; far: where the walk begins
  float y = 0;          // far: the face's centre; near: where the hair's top would be for width 0
  float width_from = 0;
  float width_to = 0;
  float speed = 0;  // far: layout units a second, < 0: to the left
  float side = 1;   // -1 or 1: where the head turns first
  float phase = 0;  // radians, of the sway

  [[nodiscard]] double end() const { return start + duration; }
  // REQUIRES: start <= t < end()
  [[nodiscard]] Pose pose_at(double t) const;
};

float layout_width(const SceneOptions& options);
// The pillar's left edge: it stands there for all cycles.
float pillar_left(const SceneOptions& options);
// How many people a cycle can show.
int most_faces(const SceneOptions& options);
// The walks of cycle 0, 1, ... in the order of their starts. REQUIRES: faces <= most_faces().
std::vector<Path> plan_cycle(const SceneOptions& options, std::int64_t cycle);

}  // namespace vigia::camera::sim
