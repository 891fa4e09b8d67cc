#include "sim/play.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/look.h"
#include "sim/scene.h"
#include "sim/sim_url.h"

namespace vigia::sim {
namespace {

using ::testing::HasSubstr;

constexpr double kFrame = 1.0 / 30;

SceneOptions full(SceneKind kind, std::uint64_t seed = 1, domain::Size size = {1280, 720}) {
  SceneOptions options{.size = size, .seed = seed};
  options.kind = kind;
  options.faces = most_in_play(options);
  return options;
}

std::vector<SceneOptions> hard_scenes() {
  std::vector<SceneOptions> scenes;
  for (const auto& [name, kind] : kSceneKinds) {
    if (kind == SceneKind::plain) continue;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      for (const domain::Size size : {domain::Size{1280, 720}, {640, 480}, {1680, 720}}) {
        scenes.push_back(full(kind, seed, size));
      }
    }
  }
  return scenes;
}

std::string name_of(const SceneOptions& options) {
  const auto* const entry =
      std::ranges::find_if(kSceneKinds, [&](const auto& e) { return e.second == options.kind; });
  return std::string(entry->first) + " " + std::to_string(options.size.width) + " seed " +
         std::to_string(options.seed);
}

struct Sight {
  double t;
  Person person;
};

std::map<std::int64_t, std::vector<Sight>> sights(const Scene& scene, int cycles = 1) {
  std::map<std::int64_t, std::vector<Sight>> seen;
  for (double t = 0; t < cycles * scene.options().seconds; t += kFrame) {
    for (const Person& person : scene.people_at(from_seconds(t))) seen[person.number].push_back({t, person});
  }
  return seen;
}

TEST(Play, IsAskedForByName) {
  const auto options = parse_sim_url("sim:scene=turnstile&faces=3&fps=2");
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->kind, SceneKind::turnstile);
  EXPECT_EQ(parse_sim_url("sim:faces=3")->kind, SceneKind::plain);
  EXPECT_THAT(parse_sim_url("sim:scene=riot").error().text,
              HasSubstr("sim: scene=riot: one of plain, turnstile, crossing, queue"));
}

TEST(Play, SaysHowManyFit) {
  for (const SceneOptions& most : hard_scenes()) {
    EXPECT_GE(most.faces, 3) << name_of(most);
    EXPECT_TRUE(Scene::make(most).ok()) << name_of(most);
    SceneOptions more = most;
    ++more.faces;
    const auto scene = Scene::make(more);
    ASSERT_FALSE(scene.ok()) << name_of(most);
    EXPECT_THAT(scene.error().text, HasSubstr("0 to " + std::to_string(most.faces)));
  }
}

TEST(Play, ShowsEverybodyClearlyForAWhileAndInEachCycleOthers) {
  for (const SceneOptions& options : hard_scenes()) {
    SCOPED_TRACE(name_of(options));
    const Scene scene = *Scene::make(options);
    const float scale = static_cast<float>(options.size.height) / 720;
    const bool is_short = options.kind == SceneKind::passing;
    std::set<std::int64_t> shown;
    for (const auto& [number, moments] : sights(scene, 2)) {
      double since = -1, last = -1;
      for (const Sight& sight : moments) {
        const Person& person = sight.person;
        if (person.poster || !person.clear() || person.face.width < 55 * scale) continue;
        if (sight.t - last > 1.5 * kFrame) since = sight.t;
        last = sight.t;
        if (last - since >= (is_short ? 0.4 - 2 * kFrame : 0.7)) shown.insert(number);
      }
    }
    EXPECT_EQ(shown.size(), static_cast<std::size_t>(2 * options.faces));
    EXPECT_EQ(*shown.begin(), 0);
    EXPECT_EQ(*shown.rbegin(), 2 * options.faces - 1);
    if (is_short) continue;  // people_shown_by() counts those who are clear for longer
    EXPECT_EQ(scene.people_shown_by(from_seconds(2 * options.seconds - 0.01)), 2 * options.faces);
  }
}

TEST(Play, WhoPassesIsThereForAMomentAndNobodyBetween) {
  const Scene scene = *Scene::make(full(SceneKind::passing));
  double before = 0;
  for (const auto& [number, moments] : sights(scene, 2)) {
    EXPECT_GE(moments.back().t - moments.front().t, 0.4 - 2 * kFrame);
    EXPECT_LE(moments.back().t - moments.front().t, 3);
    if (number > 0) {
      EXPECT_GE(moments.front().t - before, 0.6) << number;
    }
    before = moments.back().t;
  }
}

TEST(Play, AtTheTurnstileTheNextOneStandsWhereTheLastOneStood) {
  const Scene scene = *Scene::make(full(SceneKind::turnstile));
  const auto seen = sights(scene, 2);
  for (auto next = std::next(seen.begin()); next != seen.end(); ++next) {
    const Sight& last = std::prev(next)->second.back();
    const Sight& first = next->second.front();
    EXPECT_GT(first.t, last.t) << next->first;
    if (next->first % scene.options().faces == 0) continue;  // another cycle
    EXPECT_LT(first.t - last.t, 0.5 + 2 * kFrame) << next->first;
    EXPECT_GT(first.t - last.t, 0.3) << next->first;
    EXPECT_LT(distance(first.person.face.centre(), last.person.face.centre()), 0.3F * last.person.face.width);
  }
}

TEST(Play, InACrossingOneCoversTheOther) {
  const Scene scene = *Scene::make(full(SceneKind::crossing));
  std::set<std::int64_t> covered;
  for (const auto& [number, moments] : sights(scene)) {
    for (const Sight& sight : moments) {
      const bool inside = sight.person.face.left > 0 && sight.person.face.right() < 1280;
      if (inside && sight.person.hidden()) covered.insert(number);
    }
  }
  EXPECT_EQ(covered.size(), static_cast<std::size_t>(scene.options().faces) / 2) << "one of each pair";
}

// How long each was hidden inside the picture, at a time.
std::vector<double> times_hidden(const Scene& scene, bool posters) {
  std::vector<double> all;
  for (const auto& [number, moments] : sights(scene)) {
    double since = -1;
    for (const Sight& sight : moments) {
      const Person& person = sight.person;
      if (person.poster != posters) break;
      const bool inside =
          person.face.left > 0 && person.face.right() < static_cast<float>(scene.options().size.width);
      const bool hidden = inside && person.visible < 0.3F;
      if (hidden && since < 0) since = sight.t;
      if (!hidden && since >= 0) all.push_back(sight.t - std::exchange(since, -1));
    }
  }
  return all;
}

TEST(Play, HidesFacesForAsLongAsItSays) {
  struct Case {
    SceneKind kind;
    bool posters;
    double least, most;
    std::size_t times;
  };
  for (const Case& c :
       {Case{SceneKind::queue, false, 0.3, 1.7, 10}, Case{SceneKind::pillar, false, 0.9, 1.5, 3},
        Case{SceneKind::posters, true, 0.3, 3.3, 4}}) {
    std::vector<double> times = times_hidden(*Scene::make(full(c.kind)), c.posters);
    std::erase_if(times, [](double time) { return time < 0.3; });  // somebody passed before them
    EXPECT_GE(times.size(), c.times);
    for (const double time : times) {
      EXPECT_GE(time, c.least);
      EXPECT_LE(time, c.most);
    }
  }
}

TEST(Play, WhoSitsHardlyMovesButLivesAndAPosterDoesNot) {
  for (const SceneKind kind : {SceneKind::sitting, SceneKind::posters}) {
    const Scene scene = *Scene::make(full(kind));
    int looked_at = 0;
    for (const auto& [number, moments] : sights(scene)) {
      const bool poster = moments.front().person.poster;
      if (kind == SceneKind::posters && !poster) continue;
      ++looked_at;
      float reach = 0, least_yaw = 90, most_yaw = -90;
      bool blinked = false, spoke = false;
      for (const Sight& sight : moments) {
        reach = std::max(reach, distance(sight.person.face.centre(), moments.front().person.face.centre()));
        least_yaw = std::min(least_yaw, sight.person.yaw);
        most_yaw = std::max(most_yaw, sight.person.yaw);
        blinked |= sight.person.eyes_closed;
        spoke |= sight.person.mouth_open;
      }
      EXPECT_LT(reach, poster ? 0.01F : 0.05F * moments.front().person.face.width);
      EXPECT_EQ(blinked, !poster);
      EXPECT_EQ(spoke, !poster);
      EXPECT_GE(most_yaw - least_yaw, poster ? 0 : 12);
      EXPECT_LE(most_yaw - least_yaw, poster ? 0.01F : 29);
    }
    EXPECT_GE(looked_at, 3);
  }
}

TEST(Play, APosterIsNobody) {
  const SceneOptions options = full(SceneKind::posters);
  const Scene scene = *Scene::make(options);
  int posters = 0;
  for (const Person& person : scene.people_at(from_seconds(0.1))) {
    if (!person.poster) continue;
    ++posters;
    EXPECT_FALSE(scene.person_at(from_seconds(0.1), person.face).has_value());
  }
  EXPECT_EQ(posters, kPosters);
  EXPECT_EQ(scene.people_seen_by(from_seconds(0.1)), 0);
  EXPECT_EQ(scene.people_seen_by(from_seconds(options.seconds - 0.1)), options.faces);
}

TEST(Play, WhoComesNearerGrows) {
  for (const auto& [number, moments] : sights(*Scene::make(full(SceneKind::approach)))) {
    EXPECT_GT(moments.back().person.face.width, 5 * moments.front().person.face.width) << number;
  }
}

TEST(Play, NeighboursLookDifferentAndNobodyChanges) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::int64_t number = 0; number < 50; ++number) {
      const Appearance look = distinct_look_of(seed, number);
      EXPECT_EQ(look.coat, distinct_look_of(seed, number).coat);
      for (std::int64_t other = number + 1; other < number + 7; ++other) {
        EXPECT_NE(look.coat, distinct_look_of(seed, other).coat) << number << " and " << other;
        EXPECT_NE(look.skin, distinct_look_of(seed, other).skin) << number << " and " << other;
      }
    }
  }
}

}  // namespace
}  // namespace vigia::sim
