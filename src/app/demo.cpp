#include "app/demo.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/scene.h"
#include "sim/sim_url.h"

namespace vigia::app {
namespace {

// People shown until that moment of its time line; nothing: it is not a painted scene.
std::optional<std::int64_t> people_shown_by(const std::string& url, Nanoseconds until) {
  if (!url.starts_with("sim:")) return std::nullopt;
  const auto options = sim::parse_sim_url(url);
  if (!options) return std::nullopt;
  const auto scene = sim::Scene::make(*options);
  if (!scene) return std::nullopt;
  return scene->people_shown_by(until);
}

}  // namespace

std::string people_shown(const settings::Settings& settings, const status::Snapshot& snapshot) {
  std::string text;
  for (const status::CameraStatus& camera : snapshot.cameras) {
    const auto is_its = [&](const auto& one) { return one.spec.name == camera.name; };
    const auto found = std::ranges::find_if(settings.cameras, is_its);
    if (found == settings.cameras.end()) continue;
    const auto shown = people_shown_by(found->spec.url, camera.stream_time);
    if (!shown) continue;
    text +=
        fmt::format("{}: {} people were shown, {} faces posted\n", camera.name, *shown, camera.faces_posted);
  }
  return text;
}

}  // namespace vigia::app
