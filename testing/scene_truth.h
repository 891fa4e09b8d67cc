// Compares the posted faces with the people that a synthetic camera showed.
//
//   SceneTally tally = tally_posts(scene, posts, run_time);
//   EXPECT_TRUE(tally.perfect()) << tally.text();        // everybody exactly once, and nobody else
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

#include "sim/scene.h"

namespace vigia::testing {

// A posted face: when its frame was, on the camera's time line, and where, in that frame's pixels.
struct PostedFace {
  Nanoseconds stream_time{0};
  domain::Box face;
};

struct SceneTally {
  std::int64_t shown = 0;             // people whom the camera has shown long enough to be posted, and ...
  std::int64_t seen = 0;              // ... those of whom it has shown any part
  std::map<std::int64_t, int> posts;  // of each person who was posted
  int strangers = 0;                  // posts that are nobody's face

  [[nodiscard]] int more_than_once() const {
    int people = 0;
    for (const auto& [person, times] : posts) people += times > 1 ? 1 : 0;
    return people;
  }
  // Everybody who was shown was posted once, nobody twice, and nothing else.
  [[nodiscard]] bool perfect() const {
    const auto posted = static_cast<std::int64_t>(posts.size());
    return strangers == 0 && more_than_once() == 0 && posted >= shown && posted <= seen;
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("{} to {} people were to be posted; {} were, {} of them more than once; {} strangers",
                       shown, seen, posts.size(), more_than_once(), strangers);
  }
};

// until: the camera's stream time at the end of the run.
inline SceneTally tally_posts(const sim::Scene& scene, std::span<const PostedFace> posted,
                              Nanoseconds until) {
  SceneTally tally{scene.people_shown_by(until), scene.people_seen_by(until), {}, 0};
  for (const PostedFace& post : posted) {
    if (const auto person = scene.person_at(post.stream_time, post.face)) {
      ++tally.posts[*person];
    } else {
      ++tally.strangers;
    }
  }
  return tally;
}

// The people who had left the picture at least that long before that moment.
inline std::set<std::int64_t> people_gone_by(const sim::Scene& scene, Nanoseconds moment, Nanoseconds since) {
  constexpr Nanoseconds kStep = std::chrono::milliseconds(100);
  std::map<std::int64_t, Nanoseconds> last_seen;
  for (Nanoseconds t{0}; t <= moment; t += kStep) {
    for (const auto& person : scene.people_at(t)) last_seen[person.number] = t;
  }
  std::set<std::int64_t> gone;
  for (const auto& [person, seen] : last_seen) {
    if (seen + since < moment) gone.insert(person);
  }
  return gone;
}

}  // namespace vigia::testing
