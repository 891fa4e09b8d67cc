#include "sim/play.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/dice.h"

namespace vigia::sim {
namespace {

constexpr double kQuiet = 0.3;       // seconds at a cycle's start and end without anybody
constexpr float kOutside = 110;      // how far beyond the picture's edge walks begin and end
constexpr float kDoor = 130;         // from the picture's edges
constexpr double kPaperMoves = 0.1;  // seconds to hold it up, and to take it down
constexpr double kBlinks = 0.16;     // seconds
constexpr std::array<float, kPosters> kPosterPlaces{0.14F, 0.3F,
                                                    0.8F};  // of the width; none behind the pillar
constexpr double kTau = 2 * std::numbers::pi;

// Seconds from one start to the next, and how long each is there; for kinds whose people come one by one.
struct Rhythm {
  double every = 0;
  double lasts = 0;
};

constexpr double kLongestStay = 2.2, kLongestGap = 0.5;  // at the turnstile
constexpr double kShortestPass = 0.4, kLongestPass = 3, kPassesApart = 3;
constexpr double kPairSpeed = 230;  // layout units a second

// Where walks begin and end: outside the picture; those of crossing pairs at doors, where the next pair comes
// out of.
float begin_of(SceneKind kind) {
  return kind == SceneKind::crossing ? kDoor : -kOutside;
}

double way_across(const SceneOptions& options) {
  return layout_width(options) - 2 * begin_of(options.kind);
}

Rhythm rhythm_of(const SceneOptions& options) {
  switch (options.kind) {
    case SceneKind::turnstile:
      return {kLongestStay + kLongestGap, kLongestStay};
    case SceneKind::crossing:
      return {way_across(options) / kPairSpeed + kLongestGap, way_across(options) / kPairSpeed};
    case SceneKind::posters:
      return {4, way_across(options) / 240};
    case SceneKind::pillar:
      return {3.6, way_across(options) / 195};
    case SceneKind::crowd:
      return {1.0, 8};
    case SceneKind::approach:
      return {5.4, 5.2};
    case SceneKind::walk:
      return {3, 6};
    case SceneKind::behind:
      return {3, 5.5};
    case SceneKind::passing:
      return {kLongestPass + kPassesApart, kLongestPass};
    default:
      return {};
  }
}

int in_pairs(SceneKind kind) {
  return kind == SceneKind::crossing || kind == SceneKind::approach ? 2 : 1;
}

// How many stand beside each other, in queue and sitting.
int places(const SceneOptions& options) {
  const float room = options.kind == SceneKind::queue ? 190 : 230;
  return std::max(1, static_cast<int>(layout_width(options) / room));
}

bool stays(SceneKind kind) {
  return kind == SceneKind::queue || kind == SceneKind::sitting;
}

// Across the whole picture.
void walk_across(Role& role, const SceneOptions& options, bool rightwards) {
  const float near = begin_of(options.kind), far = layout_width(options) - near;
  role.x_from = rightwards ? near : far;
  role.x_to = rightwards ? far : near;
  role.yaw = rightwards ? 8.0F : -8.0F;
}

// Now and then, from the cycle's second `from` to its second `until`.
void hide(Role& role, double from, double until, std::pair<double, double> how_long, Dice& dice) {
  for (double t = from; t < until; t += dice.between(2.5, 5)) {
    const double hidden = dice.between(how_long.first, how_long.second);
    if (t + hidden > until) break;
    role.hidden.emplace_back(t, t + hidden);
    t += hidden;
  }
}

Role poster(const SceneOptions& options, int index, Dice& dice) {
  Role role;
  role.number = -1 - index;
  role.poster = true;
  role.duration = options.seconds;
  role.x_from = role.x_to = layout_width(options) * kPosterPlaces.at(static_cast<std::size_t>(index));
  role.y = 230;
  role.width_from = role.width_to = 74.0F + 6.0F * static_cast<float>(index);
  hide(role, 2 + 1.3 * index, options.seconds - 1, {0.5, 3}, dice);
  return role;
}

void stand_beside(Role& role, const SceneOptions& options, int index, Dice& dice) {
  const float pitch = layout_width(options) / static_cast<float>(places(options));
  role.x_from = role.x_to = pitch * (static_cast<float>(index) + 0.5F);
  const bool queue = options.kind == SceneKind::queue;
  role.start = kQuiet + (queue ? 0.3 * index : 0.0);
  role.duration = options.seconds - kQuiet - role.start;
  role.y = queue ? 320 : dice.between(315, 345);
  role.width_from = role.width_to = queue ? dice.between(76, 84) : dice.between(88, 98);
  role.sway = queue ? 6 : 0.7F;
  role.turn = queue ? 0.0F : dice.between(8, 14);
  if (queue) hide(role, 2.5 + 0.7 * index, options.seconds - 2, {0.3, 1.4}, dice);
}

void stand_at_turnstile(Role& role, const SceneOptions& options, Dice& dice) {
  role.x_from = role.x_to = layout_width(options) / 2;
  role.y = 300;
  role.width_from = dice.between(86, 94);
  role.width_to = role.width_from * 1.04F;
  role.sway = 8;
}

// At any moment of the time that it has, from one door to another.
void pass_by(Role& role, const SceneOptions& options, Dice& dice) {
  role.duration = dice.between(kShortestPass, kLongestPass);
  role.start += dice.between(0, kLongestPass + 0.7 * kPassesApart - role.duration);
  const double way =
      std::min<double>(dice.between(150, 400) * role.duration, layout_width(options) - 2 * kDoor);
  const float from = dice.between(kDoor, layout_width(options) - kDoor - way);
  const bool rightwards = dice.between(0, 1) < 0.5F;
  role.x_from = rightwards ? from : from + static_cast<float>(way);
  role.x_to = rightwards ? from + static_cast<float>(way) : from;
  role.y = dice.between(230, 400);
  role.width_from = role.width_to = dice.between(70, 100);
  role.yaw = rightwards ? 8.0F : -8.0F;
}

void come_nearer(Role& role, const SceneOptions& options, int index) {
  const bool left = index % 2 == 0;
  role.x_from = layout_width(options) * (left ? 0.24F : 0.76F);
  role.x_to = layout_width(options) * (left ? 0.32F : 0.66F);
  role.y = 330;
  role.width_from = 26;
  role.width_to = 175;
  role.sway = 3;
}

void pass(Role& role, const SceneOptions& options, int index, Dice& dice) {
  walk_across(role, options, index % 2 == 0);
  role.sway = 3;
  switch (options.kind) {
    case SceneKind::crossing:
      role.y = index % 2 == 0 ? 300.0F + 8.0F * static_cast<float>(index / 2 % 3) : 310.0F;
      role.width_from = role.width_to = index % 2 == 0 ? 84 : 89;
      break;
    case SceneKind::crowd:
      // A nearer person is larger and lower in the picture, and so covers the others' faces only with the
      // head.
      role.width_from = role.width_to = dice.between(60, 92);
      role.y = 190 + 7 * (role.width_from - 60) + dice.between(-6, 6);
      role.duration = dice.between(5, 8);
      break;
    case SceneKind::walk:
      role.y = 250.0F + 60.0F * static_cast<float>(index % 3);
      role.width_from = 70;
      role.width_to = 92;
      break;
    case SceneKind::behind:
      role.y = 280;
      role.width_from = role.width_to = 70;
      break;
    default:
      role.y = 300;
      role.width_from = role.width_to = 85;
      role.behind_pillar = options.kind == SceneKind::pillar;
      break;
  }
}

// Sits in front of the people who pass.
void sit_in_front(Role& role, const SceneOptions& options) {
  role.start = kQuiet;
  role.duration = options.seconds - 2 * kQuiet;
  role.x_from = layout_width(options) / 2 - 10;
  role.x_to = role.x_from + 20;
  role.y = 340;
  role.width_from = role.width_to = 120;
  role.sway = 3;
  role.turn = 8;
}

Role person(const SceneOptions& options, int index, double& next, Dice& dice) {
  Role role;
  role.phase = dice.between(0, kTau);
  if (stays(options.kind)) {
    stand_beside(role, options, index, dice);
    return role;
  }
  if (options.kind == SceneKind::behind && index == 0) {
    sit_in_front(role, options);
    next = 1;
    return role;
  }
  const Rhythm rhythm = rhythm_of(options);
  role.start = next;
  role.duration = rhythm.lasts;
  if (options.kind == SceneKind::turnstile) {
    stand_at_turnstile(role, options, dice);
    role.duration = dice.between(1.5, kLongestStay);
    next = role.end() + dice.between(0.3, kLongestGap);
    return role;
  }
  if (options.kind == SceneKind::approach) {
    come_nearer(role, options, index);
  } else if (options.kind == SceneKind::passing) {
    pass_by(role, options, dice);
  } else {
    pass(role, options, index, dice);
  }
  if ((index + 1) % in_pairs(options.kind) == 0) next += rhythm.every;
  return role;
}

}  // namespace

Pose Role::pose_at(double t) const {
  const double since = t - start;
  const auto way = static_cast<float>(since / duration);
  const auto wave = [&](double hertz, double shift) {
    return static_cast<float>(std::sin(kTau * hertz * t + shift * phase));
  };
  Pose pose;
  pose.width = std::lerp(width_from, width_to, way);
  pose.x = std::lerp(x_from, x_to, way) + sway * wave(0.4, 1);
  pose.y = y + 0.6F * sway * wave(0.7, 2);
  if (poster) {
    pose.yaw = 0;
  } else {
    pose.yaw = yaw + turn * wave(0.17, 3);
    const double blink = t + phase - 2.9 * std::floor((t + phase) / 2.9);
    pose.eyes_closed = blink < kBlinks;
    pose.mouth_open = wave(0.11, 1) > 0 && wave(1.7, 2) > 0.3F;
  }
  for (const auto& [from, until] : hidden) {
    if (t < from - kPaperMoves || t > until + kPaperMoves) continue;
    pose.holds_paper = true;
    const double up = std::min((t - from) / kPaperMoves + 1, (until - t) / kPaperMoves + 1);
    pose.paper_up = static_cast<float>(std::clamp(up, 0.0, 1.0));
  }
  return pose;
}

int most_in_play(const SceneOptions& options) {
  if (stays(options.kind)) return places(options);
  const Rhythm rhythm = rhythm_of(options);
  const bool sits = options.kind == SceneKind::behind;
  const double last = options.seconds - kQuiet - rhythm.lasts;
  const double first = sits ? 1 : kQuiet;
  if (last < first) return sits ? 1 : 0;
  const int times = 1 + static_cast<int>((last - first) / rhythm.every);
  return times * in_pairs(options.kind) + (sits ? 1 : 0);
}

std::vector<Role> plan_play(const SceneOptions& options, std::int64_t cycle) {
  std::vector<Role> roles;
  if (options.kind == SceneKind::posters) {
    Dice dice{options.seed, 0x905e2};  // each cycle hides them at the same times
    for (int i = 0; i < kPosters; ++i) roles.push_back(poster(options, i, dice));
  }
  Dice dice{options.seed, static_cast<std::uint64_t>(cycle), 0x91a7};
  double next = kQuiet;
  for (int i = 0; i < options.faces; ++i) {
    roles.push_back(person(options, i, next, dice));
    roles.back().number = cycle * options.faces + i;
  }
  return roles;
}

}  // namespace vigia::sim
