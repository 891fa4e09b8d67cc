#include "sim/scene.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/path.h"

namespace vigia::sim {
namespace {

using domain::Box;
using ::testing::HasSubstr;

constexpr double kFrame = 1.0 / 30;

Scene make_scene(const SceneOptions& options) {
  Result<Scene> scene = Scene::make(options);
  EXPECT_TRUE(scene.ok()) << (scene ? "" : scene.error().text);
  return scene ? *scene : *Scene::make({});
}

float diagonal(const SceneOptions& options) {
  return std::hypot(static_cast<float>(options.size.width), static_cast<float>(options.size.height));
}

// True for faces that even a weak detector finds.
bool findable(const Person& person) {
  return person.visible > 0.7F && std::abs(person.yaw) <= 20 && person.blur < 0.025F * person.face.width;
}

// The scenes that the invariants are checked on: many seeds, all numbers of faces, several sizes.
std::vector<SceneOptions> many_scenes() {
  std::vector<SceneOptions> scenes;
  for (const domain::Size size :
       {domain::Size{1280, 720}, {640, 480}, {1920, 1080}, {1680, 720}, {320, 180}}) {
    SceneOptions options;
    options.size = size;
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      for (const int faces : {1, 4, 9, most_faces(options)}) {
        options.faces = faces;
        options.seed = seed;
        scenes.push_back(options);
      }
    }
  }
  return scenes;
}

std::string name_of(const SceneOptions& o) {
  return "faces=" + std::to_string(o.faces) + "&size=" + std::to_string(o.size.width) + "x" +
         std::to_string(o.size.height) + "&seed=" + std::to_string(o.seed);
}

struct Sight {
  double seconds;
  Person person;
};

// Lists, for each person of one cycle, the pictures for which `counts` returns true.
template <class Counts>
std::map<std::int64_t, std::vector<Sight>> sights(const Scene& scene, std::int64_t cycle, Counts counts) {
  std::map<std::int64_t, std::vector<Sight>> by_person;
  for (double t = 0; t < scene.options().seconds; t += kFrame) {
    for (const Person& person : scene.people_at(cycle * scene.cycle_time() + from_seconds(t))) {
      if (counts(person)) by_person[person.number].push_back({t, person});
    }
  }
  return by_person;
}

TEST(Scene, IsTheSameForTheSameOptionsAndAnotherForAnotherSeed) {
  SceneOptions options{.faces = 8, .seed = 5};
  const Scene one = make_scene(options), two = make_scene(options);
  options.seed = 6;
  const Scene other = make_scene(options);
  int different = 0;
  for (double t = 0.1; t < 45; t += 0.7) {
    const auto a = one.people_at(from_seconds(t)), b = two.people_at(from_seconds(t));
    const auto c = other.people_at(from_seconds(t));
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].number, b[i].number);
      EXPECT_EQ(a[i].face.left, b[i].face.left);
      EXPECT_EQ(a[i].face.top, b[i].face.top);
    }
    if (a.size() != c.size() || (!a.empty() && a[0].face.left != c[0].face.left)) ++different;
  }
  EXPECT_GT(different, 30);
}

TEST(Scene, RefusesWhatIsNotPossibleAndSaysWhatIs) {
  struct Case {
    SceneOptions options;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{.size = {1281, 720}}, "size=1281x720"},
      {{.size = {160, 120}}, "from 320x180 to 3840x2160"},
      {{.size = {4096, 2160}}, "from 320x180 to 3840x2160"},
      {{.size = {720, 720}}, "between 4/3 and 7/3"},
      {{.fps = 0}, "fps=0 is not possible: 1 to 120"},
      {{.fps = 500}, "fps=500"},
      {{.seconds = 3}, "seconds=3 is not possible: 10 to 3600"},
      {{.faces = -1}, "faces=-1"},
      {{.faces = 1000},
       "faces=1000 is not possible: 0 to " + std::to_string(most_faces({})) + " fit into 1280x720"},
  };
  for (const Case& c : cases) {
    const Result<Scene> scene = Scene::make(c.options);
    ASSERT_FALSE(scene.ok()) << c.says;
    EXPECT_EQ(scene.error().code, ErrorCode::invalid);
    EXPECT_THAT(scene.error().text, HasSubstr(c.says));
  }
}

TEST(Scene, HasRoomForAtLeastTwelvePeople) {
  EXPECT_GE(most_faces({}), 12);
  SceneOptions options;
  options.seconds = 10;
  EXPECT_GE(most_faces(options), 4);
  options.seconds = 60;
  EXPECT_GE(most_faces(options), 36);
}

TEST(Scene, ShowsEveryPersonSharpAndFrontalForASecond) {
  for (const SceneOptions& options : many_scenes()) {
    SCOPED_TRACE(name_of(options));
    const Scene scene = make_scene(options);
    const float scale = static_cast<float>(options.size.height) / 720;
    for (const std::int64_t cycle : {0, 3}) {
      const auto seen =
          sights(scene, cycle, [&](const Person& p) { return p.clear() && p.face.width >= 80 * scale; });
      ASSERT_EQ(seen.size(), static_cast<std::size_t>(options.faces));
      EXPECT_EQ(seen.begin()->first, cycle * options.faces);
      EXPECT_EQ(seen.rbegin()->first, (cycle + 1) * options.faces - 1);
      for (const auto& [number, moments] : seen) {
        double longest = 0, since = moments.front().seconds, last = since;
        for (const Sight& sight : moments) {
          if (sight.seconds - last > 1.5 * kFrame) since = sight.seconds;
          last = sight.seconds;
          longest = std::max(longest, last - since);
        }
        EXPECT_GE(longest, 1.0) << "person " << number;
      }
    }
  }
}

TEST(Scene, EndsAndBeginsEachCycleWithAnEmptyPicture) {
  for (const SceneOptions& options : many_scenes()) {
    const Scene scene = make_scene(options);
    for (double t = options.seconds - 1.5; t < options.seconds + 0.2; t += kFrame) {
      EXPECT_TRUE(scene.people_at(from_seconds(t)).empty()) << name_of(options) << " at " << t;
    }
  }
}

TEST(Scene, KeepsFacesInTheirRangeOfSizes) {
  for (const SceneOptions& options : many_scenes()) {
    const float scale = static_cast<float>(options.size.height) / 720;
    for (const auto& [number, moments] : sights(make_scene(options), 1, [](const Person&) { return true; })) {
      for (const Sight& sight : moments) {
        ASSERT_GE(sight.person.face.width, 59.9F * scale) << name_of(options);
        ASSERT_LE(sight.person.face.width, 220.1F * scale) << name_of(options);
      }
    }
  }
}

TEST(Scene, KeepsPeopleApartInSpaceAndTime) {
  for (const SceneOptions& options : many_scenes()) {
    SCOPED_TRACE(name_of(options));
    const Scene scene = make_scene(options);
    const auto seen = sights(scene, 2, [](const Person& p) { return p.visible > 0.1F; });
    std::map<double, std::vector<const Person*>> together;
    for (const auto& [number, moments] : seen) {
      for (const Sight& sight : moments) together[sight.seconds].push_back(&sight.person);
    }
    for (const auto& [t, people] : together) {
      for (const Person* a : people) {
        for (const Person* b : people) {
          if (a->number >= b->number) continue;
          ASSERT_GT(domain::distance(a->face.centre(), b->face.centre()), 0.08F * diagonal(options))
              << "at " << t;
        }
      }
    }
    for (const auto& [leaver, last] : seen) {
      for (const auto& [comer, first] : seen) {
        const double between = first.front().seconds - last.back().seconds;
        if (leaver == comer || between < 0 || between > 1.5) continue;
        EXPECT_GT(domain::distance(first.front().person.face.centre(), last.back().person.face.centre()),
                  0.15F * diagonal(options))
            << comer << " comes " << between << " s after " << leaver;
      }
    }
  }
}

TEST(Scene, LosesNobodyFromSightForLong) {
  int gaps = 0;
  for (const SceneOptions& options : many_scenes()) {
    SCOPED_TRACE(name_of(options));
    for (const auto& [number, moments] : sights(make_scene(options), 0, findable)) {
      for (std::size_t i = 1; i < moments.size(); ++i) {
        const double gap = moments[i].seconds - moments[i - 1].seconds;
        if (gap > 1.5 * kFrame) ++gaps;
        EXPECT_LT(gap, 0.7) << "person " << number << " at " << moments[i].seconds;
        EXPECT_LT(domain::distance(moments[i].person.face.centre(), moments[i - 1].person.face.centre()),
                  0.065F * diagonal(options));
      }
    }
  }
  EXPECT_GT(gaps, 50);  // pillars, turned heads, lost focus: they do happen
}

TEST(Scene, HidesPeopleBehindThePillar) {
  const Scene scene = make_scene({.faces = 12});
  const Box pillar = scene.pillar();
  int hidden = 0;
  for (const auto& [number, moments] :
       sights(scene, 0, [](const Person& p) { return p.depth != Depth::near; })) {
    for (const Sight& sight : moments) {
      const Person& p = sight.person;
      const bool crosses = p.face.left < pillar.right() && p.face.right() > pillar.left;
      const bool inside = p.face.left >= 0 && p.face.right() <= 1280;
      if (!inside) continue;
      EXPECT_EQ(p.visible < 0.999F, crosses && p.depth == Depth::behind_pillar)
          << number << " at " << sight.seconds;
      if (crosses && p.visible < 0.7F) ++hidden;
    }
  }
  EXPECT_GT(hidden, 0);
}

TEST(Scene, HidesFacesBehindPaper) {
  const Scene scene = make_scene({.faces = 12});
  std::set<std::int64_t> holders, hidden;
  for (const auto& [number, moments] : sights(scene, 0, [](const Person& p) { return p.paper.width > 0; })) {
    holders.insert(number);
    for (const Sight& sight : moments) {
      const Person& p = sight.person;
      if (p.hidden() && p.face.bottom() < 720) hidden.insert(number);
    }
  }
  EXPECT_FALSE(holders.empty());
  EXPECT_EQ(hidden, holders);
}

// The joining rules that users know: overlap (intersection by the mean area) of 0.15, else the centre
// within 7 % of the diagonal, over after a second. Returns how many tracks they make of a cycle.
std::size_t count_tracks(const Scene& scene, double frame_seconds) {
  struct Open {
    Box box;
    double seen;
  };
  std::vector<Open> open;
  std::size_t opened = 0;
  const float near_enough = 0.07F * diagonal(scene.options());
  for (double t = 0; t < scene.options().seconds; t += frame_seconds) {
    std::erase_if(open, [t](const Open& track) { return t - track.seen > 1.0; });
    std::set<Open*> taken;
    std::vector<Box> fresh;
    for (const Person& person : scene.people_at(from_seconds(t))) {
      if (!findable(person)) continue;
      Open* best = nullptr;
      float best_score = 0;
      for (Open& track : open) {
        const float overlap =
            2 * domain::intersection_area(track.box, person.face) / (track.box.area() + person.face.area());
        const float off = domain::distance(track.box.centre(), person.face.centre());
        const float score = overlap >= 0.15F ? 1 + overlap : off <= near_enough ? 1 - off / near_enough : 0;
        if (score > best_score && !taken.contains(&track)) best = &track, best_score = score;
      }
      if (best == nullptr) {
        fresh.push_back(person.face);
        continue;
      }
      taken.insert(best);
      *best = {person.face, t};
    }
    for (const Box& box : fresh) open.push_back({box, t});
    opened += fresh.size();
  }
  return opened;
}

TEST(Scene, AFairTrackerFindsExactlyThePeople) {
  for (const SceneOptions& options : many_scenes()) {
    for (const double frame : {1.0 / 30, 1.0 / 12, 1.0 / 8}) {
      EXPECT_EQ(count_tracks(make_scene(options), frame), static_cast<std::size_t>(options.faces))
          << name_of(options) << " at a picture every " << frame << " s";
    }
  }
}

TEST(Scene, CountsWhoWasShownSoFar) {
  const Scene scene = make_scene({.faces = 7, .seed = 3});
  EXPECT_EQ(scene.people_shown_by(from_seconds(0)), 0);
  EXPECT_EQ(scene.people_seen_by(from_seconds(0)), 0);
  std::int64_t shown = 0, seen = 0;
  bool differed = false;
  for (double t = 0; t < 50; t += 1.1) {
    const std::int64_t shown_now = scene.people_shown_by(from_seconds(t));
    const std::int64_t seen_now = scene.people_seen_by(from_seconds(t));
    EXPECT_GE(shown_now, shown);
    EXPECT_GE(seen_now, seen);
    EXPECT_GE(seen_now, shown_now);
    differed = differed || seen_now > shown_now;
    shown = shown_now, seen = seen_now;
  }
  EXPECT_TRUE(differed);
  EXPECT_EQ(scene.people_shown_by(from_seconds(19)), 7);
  EXPECT_EQ(scene.people_seen_by(from_seconds(20.2)), 7);
  EXPECT_EQ(scene.people_shown_by(from_seconds(59.9)), 21);
}

TEST(Scene, SaysWhoseFaceABoxIs) {
  const Scene scene = make_scene({.faces = 12, .seed = 2});
  int asked = 0;
  for (double t = 0.5; t < 19; t += 0.3) {
    for (const Person& person : scene.people_at(from_seconds(t))) {
      if (!person.clear()) continue;
      const Box& face = person.face;
      const Box square{face.left - 0.1F * face.width, face.top, 1.2F * face.width, 1.2F * face.width};
      const Box chest{face.left, face.bottom() + 0.5F * face.height, face.width, face.height};
      EXPECT_EQ(scene.person_at(from_seconds(t), face), person.number);
      EXPECT_EQ(scene.person_at(from_seconds(t), square), person.number);
      EXPECT_NE(scene.person_at(from_seconds(t), chest), person.number);
      EXPECT_FALSE(
          scene.person_at(from_seconds(t), {face.left, face.top, 0.2F * face.width, 10}).has_value());
      ++asked;
    }
  }
  EXPECT_GT(asked, 50);
  EXPECT_FALSE(scene.person_at(from_seconds(19.5), {600, 300, 100, 130}).has_value());
}

}  // namespace
}  // namespace vigia::sim
