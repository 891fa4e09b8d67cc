#include "sim/scene.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/path.h"
#include "sim/play.h"

namespace vigia::sim {
namespace {

using domain::Box;

constexpr double kShownFor = 0.7;  // seconds on end that make a person "shown"
constexpr double kStep = 1.0 / 60;

struct Moment {
  std::int64_t cycle;
  double seconds;  // since its start
};

Moment moment_of(Nanoseconds t, double cycle_seconds) {
  const auto length = from_seconds(cycle_seconds);
  return {t / length, to_seconds(t % length)};
}

Error wrong(std::string_view key, std::string value, std::string_view allowed) {
  return {ErrorCode::invalid, fmt::format("sim: {}={} is not possible: {}", key, value, allowed)};
}

float covered_share(const Box& face, const Box& by) {
  return intersection_area(face, by) / face.area();
}

Box head_and_body(const Box& face, float picture_height, bool body) {
  const float width = face.width;
  if (!body)
    return {face.left - 0.08F * width, face.top - kHeadTop * width, 1.16F * width,
            face.height + kHeadTop * width};
  const float shoulders_top = face.bottom() + 0.25F * width;
  return {face.centre().x - kShoulders * width, shoulders_top, 2 * kShoulders * width,
          std::max(0.0F, picture_height - shoulders_top)};
}

// Computes how much of each face is seen: the picture's edges cut it, the pillar or people in front cover it.
void find_visible(std::vector<Person>& back_to_front, const Box& picture, const Box& pillar) {
  for (std::size_t i = 0; i < back_to_front.size(); ++i) {
    Person& person = back_to_front[i];
    float visible = covered_share(person.face, picture);
    if (person.depth == Depth::behind_pillar) visible -= covered_share(person.face, pillar);
    visible -= covered_share(person.face, person.paper);
    for (std::size_t front = i + 1; front < back_to_front.size(); ++front) {
      for (const bool body : {false, true}) {
        visible -= covered_share(person.face, head_and_body(back_to_front[front].face, picture.height, body));
      }
    }
    person.visible = std::clamp(visible, 0.0F, 1.0F);
  }
}

Box paper_of(const Pose& pose, float scale) {
  if (!pose.holds_paper) return {};
  const float width = pose.width * scale;
  const float chest = pose.y * scale + (kFaceRatio / 2 + 0.4F) * width;
  return {pose.x * scale - 0.62F * width, chest - pose.paper_up * 1.95F * width, 1.24F * width, 1.7F * width};
}

Depth depth_of(Act act) {
  if (!is_far(act)) return Depth::near;
  return act == Act::walk_behind_pillar ? Depth::behind_pillar : Depth::before_pillar;
}

}  // namespace

bool Person::clear() const {
  return visible > 0.99F && blur < 0.01F * face.width && std::abs(yaw) <= 12;
}

Result<Scene> Scene::make(const SceneOptions& options) {
  const auto [width, height] = options.size;
  const std::string size = fmt::format("{}x{}", width, height);
  if (width < 320 || height < 180 || width > 3840 || height > 2160 || width % 2 != 0 || height % 2 != 0) {
    return wrong("size", size, "even numbers from 320x180 to 3840x2160 are allowed");
  }
  if (width * 3 < height * 4 || width * 3 > height * 7) {
    return wrong("size", size, "the width must be between 4/3 and 7/3 of the height");
  }
  if (!(options.fps >= 1 && options.fps <= 120)) {
    return wrong("fps", fmt::format("{}", options.fps), "1 to 120 is allowed");
  }
  if (!(options.seconds >= 10 && options.seconds <= 3600)) {
    return wrong("seconds", fmt::format("{}", options.seconds), "10 to 3600 is allowed");
  }
  const int most = options.kind == SceneKind::plain ? most_faces(options) : most_in_play(options);
  if (options.faces < 0 || options.faces > most) {
    return wrong(
        "faces", fmt::format("{}", options.faces),
        fmt::format("0 to {} fit into {} and cycles of {} s; longer cycles (seconds=) have room for more",
                    most, size, options.seconds));
  }
  return Scene(options);
}

float Scene::scale() const {
  return static_cast<float>(options_.size.height) / kLayoutHeight;
}

Box Scene::pillar() const {
  return {pillar_left(options_) * scale(), 0, pillar_width(options_) * scale(),
          static_cast<float>(options_.size.height)};
}

Person Scene::person_of(const Pose& pose, std::int64_t number, Depth depth) const {
  const float width = pose.width * scale();
  const float height = kFaceRatio * width;
  return {.number = number,
          .face = {pose.x * scale() - width / 2, pose.y * scale() - height / 2, width, height},
          .yaw = pose.yaw,
          .blur = pose.blur * scale(),
          .visible = 0,
          .depth = depth,
          .paper = paper_of(pose, scale()),
          .eyes_closed = pose.eyes_closed,
          .mouth_open = pose.mouth_open};
}

std::vector<Person> Scene::walkers_at(std::int64_t cycle, double now) const {
  std::vector<Person> people;
  for (const Path& path : plan_cycle(options_, cycle)) {
    if (now < path.start || now >= path.end()) continue;
    people.push_back(person_of(path.pose_at(now), path.number, depth_of(path.act)));
  }
  return people;
}

std::vector<Person> Scene::players_at(std::int64_t cycle, double now) const {
  std::vector<Person> people;
  for (const Role& role : plan_play(options_, cycle)) {
    if (now < role.start || now >= role.end()) continue;
    const Depth depth = role.poster          ? Depth::on_wall
                        : role.behind_pillar ? Depth::behind_pillar
                                             : Depth::near;
    people.push_back(person_of(role.pose_at(now), role.number, depth));
    people.back().poster = role.poster;
  }
  return people;
}

std::vector<Person> Scene::people_at(Nanoseconds t) const {
  const auto [cycle, now] = moment_of(t, options_.seconds);
  const bool plain = options_.kind == SceneKind::plain;
  std::vector<Person> people = plain ? walkers_at(cycle, now) : players_at(cycle, now);
  std::stable_sort(people.begin(), people.end(), [](const Person& a, const Person& b) {
    return std::pair(a.depth, a.face.width) < std::pair(b.depth, b.face.width);
  });
  const Box picture{0, 0, static_cast<float>(options_.size.width), static_cast<float>(options_.size.height)};
  find_visible(people, picture, pillar());
  return people;
}

std::optional<std::int64_t> Scene::person_at(Nanoseconds t, const Box& box) const {
  std::optional<std::int64_t> found;
  float best = 0.5F;  // in face widths: detectors differ in where a face begins and ends, not in where it is
  for (const Person& person : people_at(t)) {
    if (person.poster) continue;
    const float off = distance(person.face.centre(), box.centre()) / person.face.width;
    const float ratio = box.width / person.face.width;
    if (off < best && ratio > 0.4F && ratio < 2.0F && person.visible > 0) {
      best = off;
      found = person.number;
    }
  }
  return found;
}

// People of whole cycles, plus those of the last one for whom reached(person, time) came true.
template <class Reached>
std::int64_t Scene::count_until(Nanoseconds t, Reached reached) const {
  const auto [cycle, now] = moment_of(t, options_.seconds);
  const Nanoseconds begin = cycle * cycle_time();
  std::map<std::int64_t, bool> done;
  for (int step = 0; step * kStep <= now; ++step) {
    const double at = step * kStep;
    for (const Person& person : people_at(begin + from_seconds(at))) {
      if (!person.poster && reached(person, at)) done[person.number] = true;
    }
  }
  return cycle * options_.faces + static_cast<std::int64_t>(done.size());
}

std::int64_t Scene::people_shown_by(Nanoseconds t) const {
  std::map<std::int64_t, double> clear_since;
  return count_until(t, [&](const Person& person, double at) {
    if (!person.clear()) {
      clear_since.erase(person.number);
      return false;
    }
    return at - clear_since.try_emplace(person.number, at).first->second >= kShownFor - 1e-6;
  });
}

std::int64_t Scene::people_seen_by(Nanoseconds t) const {
  return count_until(t, [](const Person& person, double) { return person.visible > 0; });
}

}  // namespace vigia::sim
