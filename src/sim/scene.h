// A room in front of a synthetic camera, and the truth about who is in it. Every number follows from the
// options: the same options give the same scene, on every machine.
//
// In each cycle of `seconds`, `faces` people appear, move along known paths and leave; nobody is seen in
// the cycle's last 1.5 s, and the next cycle shows new people, for ever. So a run over whole cycles has an
// exactly known number of people, and each of them
//   - shows a sharp frontal face at least 80 px wide (at 720p) for at least 1 s,
//   - is out of sight (pillar, paper, head turned away, out of focus) for less than 0.7 s at a time,
//   - stays away from the others: centres of faces are more than 8 % of the picture's diagonal apart, and
//     nobody appears within 1.5 s and 15 % of the diagonal of where another has vanished.
// Faces are 60 to 220 px wide at 720p, and scale with the picture.
//
// Units: pixels of the picture, stream time. Cost: some microseconds a call; people_shown_by() and
// people_seen_by(): some milliseconds. Threads: immutable, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/geometry.h"
#include "sim/scene_options.h"

namespace vigia::sim {

// From the back to the front.
enum class Depth { on_wall, behind_pillar, before_pillar, near };

struct Person {
  std::int64_t number = 0;  // counts from 0 over all cycles, by the time of entry
  domain::Box face;         // from the hairline to the chin; may lie partly outside the picture
  float yaw = 0;            // degrees, > 0: looks to the picture's right
  float blur = 0;           // sigma of the blur
  float visible = 0;        // share of the face box inside the picture and not covered
  Depth depth = Depth::near;
  domain::Box paper{};  // that the person holds; 0x0: none
  bool poster = false;  // a picture of a face on the wall, not a person. number: -1, -2, ...
  bool eyes_closed = false, mouth_open = false;

  // More than half of the face is covered or outside the picture.
  [[nodiscard]] bool hidden() const { return visible < 0.5F; }
  // A human observer would see the face well.
  [[nodiscard]] bool clear() const;
};

struct Pose;  // path.h

class Scene {
 public:
  // Errors (invalid): an option out of its range, named with what is allowed; more faces than the size
  // and the cycle have room for, with the most that fit.
  static Result<Scene> make(const SceneOptions& options);

  [[nodiscard]] const SceneOptions& options() const { return options_; }
  [[nodiscard]] Nanoseconds cycle_time() const { return from_seconds(options_.seconds); }

  // Everybody who may be partly visible, those farther away first. t >= 0.
  [[nodiscard]] std::vector<Person> people_at(Nanoseconds t) const;
  // The person whose face overlaps a box at time t best. A poster is not a person.
  [[nodiscard]] std::optional<std::int64_t> person_at(Nanoseconds t, const domain::Box& box) const;

  // How many people were clear() for 0.7 s on end before t: at least these must have been found.
  [[nodiscard]] std::int64_t people_shown_by(Nanoseconds t) const;
  // How many showed any part of their face before t: no more than these can have been found.
  [[nodiscard]] std::int64_t people_seen_by(Nanoseconds t) const;

  // The pillar, over the picture's whole height.
  [[nodiscard]] domain::Box pillar() const;

 private:
  explicit Scene(const SceneOptions& options) : options_(options) {}
  [[nodiscard]] float scale() const;
  [[nodiscard]] Person person_of(const Pose& pose, std::int64_t number, Depth depth) const;
  [[nodiscard]] std::vector<Person> walkers_at(std::int64_t cycle, double now) const;
  [[nodiscard]] std::vector<Person> players_at(std::int64_t cycle, double now) const;
  template <class Reached>
  [[nodiscard]] std::int64_t count_until(Nanoseconds t, Reached reached) const;

  // Constant after construction.
  SceneOptions options_;
};

}  // namespace vigia::sim
