#include "sim/path.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/dice.h"

namespace vigia::sim {
namespace {

constexpr double kActSeconds = 4.7;  // a near act, from nothing seen to nothing seen
constexpr double kRise = 1.4;        // of it: coming up; going down takes as long
constexpr double kColumnSlot = kActSeconds + kPause + 0.1;
constexpr double kFarGap = 1.7;    // seconds between two who cross the picture
constexpr float kFarSpeed = 250;   // layout units a second, ...
constexpr float kSlowSpeed = 130;  // ... and near the pillar: a slow tracker must find people again
constexpr float kSlowReach = 150;  // how near, to each side
constexpr float kFarWidest = 94;
constexpr double kJitter = 0.1;  // seconds that starts vary

double smooth(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

// Less steep in the middle, so that a person who comes up does not outrun a slow tracker.
double glide(double x) {
  return 0.5 * std::clamp(x, 0.0, 1.0) + 0.5 * smooth(x);
}

double bump(double t, double from, double length) {  // 0 outside, 1 in the middle
  if (t <= from || t >= from + length) return 0;
  const double s = std::sin(std::numbers::pi * (t - from) / length);
  return s * s;
}

struct Slot {
  bool far = false;
  int column = 0;
  double start = 0;
};

int columns(const SceneOptions& options) {
  return static_cast<int>(layout_width(options) / 320);
}

// Where people begin and end their walk: outside the picture.
constexpr float kOutside = kShoulders * kFarWidest;

double crossing_seconds(const SceneOptions& options) {
  return (layout_width(options) + 2 * kOutside - 2 * kSlowReach) / kFarSpeed + 2 * kSlowReach / kSlowSpeed;
}

// The distance from the pillar, < 0 before it, of a person who comes within kSlowReach at `slow_from`.
float way_past_pillar(double t, double slow_from) {
  const double slow_until = slow_from + 2 * kSlowReach / kSlowSpeed;
  if (t < slow_from) return static_cast<float>(-kSlowReach - kFarSpeed * (slow_from - t));
  if (t > slow_until) return static_cast<float>(kSlowReach + kFarSpeed * (t - slow_until));
  return static_cast<float>(-kSlowReach + kSlowSpeed * (t - slow_from));
}

std::vector<Slot> all_slots(const SceneOptions& options) {
  std::vector<Slot> slots;
  const double latest = options.seconds - kQuietEnd - kJitter;
  for (double t = kQuietStart; t + crossing_seconds(options) <= latest; t += kFarGap) {
    slots.push_back({true, 0, t});
  }
  // Each column begins a little later than the one before it, as far as there is time to spare.
  const double spare = std::fmod(latest - kQuietStart - kActSeconds, kColumnSlot);
  for (int column = 0; column < columns(options); ++column) {
    const double first = kQuietStart + spare * column / columns(options);
    for (double t = first; t + kActSeconds <= latest; t += kColumnSlot) slots.push_back({false, column, t});
  }
  return slots;
}

// Removes and returns the free slot nearest to `wanted`, of the requested kind if there is one, else of any.
Slot take_slot(std::vector<Slot>& slots, bool far, double wanted, int column) {
  const auto cost = [&](const Slot& slot) {
    return std::abs(slot.start - wanted) + (slot.far == far ? 0 : 1e6) +
           (slot.far || slot.column == column ? 0 : 1.0);
  };
  const auto best = std::min_element(slots.begin(), slots.end(),
                                     [&](const Slot& a, const Slot& b) { return cost(a) < cost(b); });
  const Slot slot = *best;
  slots.erase(best);
  return slot;
}

Path far_path(const SceneOptions& options, const Slot& slot, Act act, float direction, Dice& dice) {
  Path path;
  path.act = act;
  path.start = slot.start + dice.between(0, kJitter);
  path.duration = crossing_seconds(options);
  path.x = pillar_left(options) + kPillarWidth / 2;
  const float before = direction > 0 ? path.x : layout_width(options) - path.x;
  path.slow_from = (before + kOutside - kSlowReach) / kFarSpeed;
  path.y = dice.between(142, 158);
  path.width_from = path.width_to = dice.between(82, act == Act::walk ? kFarWidest : 84.0F);
  path.side = direction;
  return path;
}

Path near_path(const SceneOptions& options, const Slot& slot, Act act, Dice& dice) {
  Path path;
  path.act = act;
  path.start = slot.start + dice.between(0, kJitter);
  path.duration = kActSeconds;
  const float pitch = layout_width(options) / static_cast<float>(columns(options));
  path.x = pitch * (static_cast<float>(slot.column) + 0.5F) + dice.between(-14, 14);
  path.y = dice.between(270, 298);
  path.width_from = act == Act::approach ? dice.between(60, 80) : dice.between(92, 130);
  path.width_to = act == Act::approach ? dice.between(150, 205) : path.width_from * dice.between(1.0, 1.12);
  path.side = dice.below(2) == 0 ? -1.0F : 1.0F;
  return path;
}

Pose far_pose(const Path& path, double t) {
  const double way = t / path.duration;
  Pose pose;
  pose.x = path.x + path.side * way_past_pillar(t, path.slow_from);
  pose.y = path.y + 2.5F * static_cast<float>(std::sin(2 * std::numbers::pi * 1.8 * t + path.phase));
  pose.width = path.width_from;
  // They look where they go, and in the middle of their way at the camera.
  pose.yaw = path.side * static_cast<float>(20 * (1 - smooth(way / 0.25) * (1 - smooth((way - 0.8) / 0.2))));
  return pose;
}

Pose near_pose(const Path& path, double t) {
  Pose pose;
  const double grown = smooth((t - 0.6) / (path.duration - 1.9));
  pose.width = std::lerp(path.width_from, path.width_to, static_cast<float>(grown));
  const double up = glide(t / kRise) * (1 - glide((t - (path.duration - kRise)) / kRise));
  const float outside = kLayoutHeight + (kFaceRatio / 2 + kHeadTop + 0.1F) * pose.width;
  const float standing = path.y + (kFaceRatio / 2 + kHeadTop) * pose.width;
  pose.y = std::lerp(outside, standing, static_cast<float>(up));
  pose.x = path.x + 5 * static_cast<float>(std::sin(2 * std::numbers::pi * 0.45 * t + path.phase));
  if (path.act == Act::turn_head && t > kRise && t < kRise + 1) {
    pose.yaw = path.side * 34 * static_cast<float>(std::sin(2 * std::numbers::pi * (t - kRise)));
  }
  if (path.act == Act::lose_focus) pose.blur = 0.06F * pose.width * static_cast<float>(bump(t, kRise, 0.9));
  if (path.act == Act::hide_face) {
    pose.holds_paper = true;
    pose.paper_up = static_cast<float>(smooth((t - kRise) / 0.2) * (1 - smooth((t - kRise - 0.45) / 0.2)));
  }
  return pose;
}

}  // namespace

Pose Path::pose_at(double t) const {
  return is_far(act) ? far_pose(*this, t - start) : near_pose(*this, t - start);
}

float layout_width(const SceneOptions& options) {
  return kLayoutHeight * static_cast<float>(options.size.width) / static_cast<float>(options.size.height);
}

float pillar_left(const SceneOptions& options) {
  Dice dice{options.seed, 0x9111a2};
  return layout_width(options) * dice.between(0.4, 0.6) - (pillar_width(options) - kPillarWidth) / 2;
}

float pillar_width(const SceneOptions& options) {
  return options.kind == SceneKind::pillar ? kWidePillarWidth : kPillarWidth;
}

int most_faces(const SceneOptions& options) {
  return static_cast<int>(all_slots(options).size());
}

std::vector<Path> plan_cycle(const SceneOptions& options, std::int64_t cycle) {
  static constexpr std::array kActs = {Act::walk,      Act::approach,  Act::walk_behind_pillar,
                                       Act::turn_head, Act::hide_face, Act::walk_behind_pillar,
                                       Act::approach,  Act::lose_focus};
  Dice dice{options.seed, static_cast<std::uint64_t>(cycle), 0x9a7};
  std::vector<Slot> slots = all_slots(options);
  const float direction = dice.below(2) == 0 ? -1.0F : 1.0F;
  const int first_act = dice.below(static_cast<int>(kActs.size()));
  const double span = options.seconds - kQuietStart - kQuietEnd - kActSeconds;
  std::vector<Path> paths;
  for (int i = 0; i < options.faces; ++i) {
    Act act = kActs[static_cast<std::size_t>(first_act + i) % kActs.size()];
    const double wanted = kQuietStart + span * (i + 0.5) / options.faces;
    const Slot slot = take_slot(slots, is_far(act), wanted, dice.below(columns(options)));
    if (slot.far != is_far(act)) act = slot.far ? Act::walk : Act::approach;
    paths.push_back(slot.far ? far_path(options, slot, act, direction, dice)
                             : near_path(options, slot, act, dice));
    paths.back().phase = dice.between(0, 2 * std::numbers::pi);
  }
  std::stable_sort(paths.begin(), paths.end(),
                   [](const Path& a, const Path& b) { return a.start < b.start; });
  for (std::size_t i = 0; i < paths.size(); ++i) {
    paths[i].number = cycle * options.faces + static_cast<std::int64_t>(i);
  }
  return paths;
}

}  // namespace vigia::sim
