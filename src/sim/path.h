// Plans how the people of one cycle walk: who, when, where and how. Pure arithmetic.
//
// Places are in layout units: the picture is 720 high and layout_width() wide, whatever its size in
// pixels. Two bands never meet:
//   far   faces about 85 wide, centres near y = 150: people cross the picture one after the other, all
//         in one direction and in one manner, slower near a thin pillar; some pass behind it, which takes
//         < 0.6 s and less than 7 % of the diagonal
//   near  columns, each at least 300 wide: people come up from the lower edge, do something (walk towards
//         the camera, turn the head, get out of focus, hold a paper before the face) and go down again
// The next person in a column comes at the earliest kPause after the last one has left; a cycle begins and
// ends with an empty picture. So a reasonable tracker neither joins two people nor splits one.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/scene_options.h"

namespace vigia::sim {

inline constexpr float kLayoutHeight = 720;
inline constexpr float kFaceRatio = 1.3F;       // height of a face box to its width
inline constexpr float kHeadTop = 0.25F;        // how far hair reaches above the face box, in face widths
inline constexpr float kShoulders = 1.15F;      // half the width of a body, in face widths
inline constexpr float kPillarWidth = 30;       // layout units
inline constexpr float kWidePillarWidth = 230;  // of scene=pillar
inline constexpr double kQuietStart = 0.2;      // seconds at a cycle's start without anybody
inline constexpr double kQuietEnd = 1.55;       // and at its end
inline constexpr double kPause = 1.5;           // seconds between two people in one column

enum class Act { walk, walk_behind_pillar, approach, turn_head, lose_focus, hide_face };
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
  bool holds_paper = false;
  float paper_up = 0;  // 0: before the chest, 1: before the whole face
  bool eyes_closed = false;
  bool mouth_open = false;
};

struct Path {
  std::int64_t number = 0;  // the person's, over all cycles
  Act act = Act::walk;
  double start = 0;     // seconds since the cycle's start: nothing is seen before it, ...
  double duration = 0;  // ... nor from start + duration on
  float x = 0;          // near: the column's middle; far: the pillar's
  float y = 0;          // far: the face's centre; near: where the hair's top would be for width 0
  float width_from = 0;
  float width_to = 0;
  float side = 1;        // -1 or 1. far: where to; near: where the head turns first
  double slow_from = 0;  // far: seconds after the start when the pillar is near
  float phase = 0;       // radians, of the sway

  [[nodiscard]] double end() const { return start + duration; }
  // REQUIRES: start <= t < end()
  [[nodiscard]] Pose pose_at(double t) const;
};

float layout_width(const SceneOptions& options);
// The pillar stands there for all cycles.
float pillar_width(const SceneOptions& options);
float pillar_left(const SceneOptions& options);
// How many people a cycle can show.
int most_faces(const SceneOptions& options);
// The walks of cycle 0, 1, ... in the order of their starts. REQUIRES: faces <= most_faces().
std::vector<Path> plan_cycle(const SceneOptions& options, std::int64_t cycle);

}  // namespace vigia::sim
