#include "bench/people_scene.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "sim/play.h"
#include "sim/scene.h"
#include "sim/sim_url.h"

namespace vigia::bench {
namespace {

constexpr float kMostlySeen = 0.75F;

}  // namespace

std::vector<std::string> all_scenes() {
  std::vector<std::string> names;
  for (const auto& [name, kind] : sim::kSceneKinds) names.emplace_back(name);
  return names;
}

Result<std::string> scene_url(const std::string& name, int people, double fps, std::uint64_t seed) {
  auto options = sim::parse_sim_url(fmt::format("sim:scene={}&fps={}&seed={}", name, fps, seed));
  if (!options) return options.error();
  const bool plain = options->kind == sim::SceneKind::plain;
  options->faces = plain ? sim::most_faces(*options) : sim::most_in_play(*options);
  options->cycles = (people + options->faces - 1) / options->faces;
  if (const auto scene = sim::Scene::make(*options); !scene) return scene.error();
  return fmt::format("sim:scene={}&faces={}&fps={}&seed={}&cycles={}", name, options->faces, fps, seed,
                     options->cycles);
}

Result<Truth> scene_truth(const std::string& url) {
  const auto options = sim::parse_sim_url(url);
  if (!options) return options.error();
  const auto scene = sim::Scene::make(*options);
  if (!scene) return scene.error();
  Truth truth;
  truth.fps = options->fps;
  truth.size = options->size;
  truth.frames.resize(static_cast<std::size_t>(std::ceil(options->cycles * options->seconds * options->fps)));
  std::map<std::int64_t, int> known;
  for (std::size_t frame = 0; frame < truth.frames.size(); ++frame) {
    for (const sim::Person& person : scene->people_at(from_seconds(static_cast<double>(frame) / truth.fps))) {
      const auto [place, is_new] = known.try_emplace(person.number, static_cast<int>(truth.people.size()));
      if (is_new) truth.people.push_back({fmt::format("{}", person.number), person.poster});
      truth.frames[frame].push_back(
          {.who = place->second, .face = person.face, .visible = person.visible >= kMostlySeen});
    }
  }
  return truth;
}

}  // namespace vigia::bench
