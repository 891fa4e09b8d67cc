#include "app/camera_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/format_line.h"

namespace vigia::app {
namespace {

using status::CameraStatus;

constexpr int kWidestName = 20;

bool is_in_trouble(const CameraStatus& camera) {
  return camera.failed || !camera.reason.empty() || !camera.conditions.empty();
}

std::string trouble_of(const CameraStatus& camera) {
  if (!camera.reason.empty()) return fmt::format("{}: {}", camera.reason, camera.message);
  if (!camera.conditions.empty())
    return camera.conditions.front().name + ": " + camera.conditions.front().text;
  return camera.message;
}

}  // namespace

std::string CameraLines::draw(const status::Snapshot& now, TerminalSize size) {
  const double passed = now.seconds - std::exchange(seconds_, now.seconds);
  std::vector<const CameraStatus*> cameras;
  std::map<std::string, double> rates;
  const auto before = std::exchange(frames_, {});  // so names of cameras that are gone do not stay
  int name_columns = 4;
  for (const CameraStatus& camera : now.cameras) {
    cameras.push_back(&camera);
    const auto known = before.find(camera.name);
    const std::uint64_t last = known != before.end() ? known->second : 0;
    const std::uint64_t frames = camera.frames_processed - std::min(last, camera.frames_processed);
    frames_[camera.name] = camera.frames_processed;
    rates[camera.name] = passed > 0 ? static_cast<double>(frames) / passed : 0;
    name_columns = std::min(kWidestName, std::max(name_columns, columns_of(log::clean(camera.name))));
  }
  const auto room = static_cast<std::size_t>(std::max(1, size.rows / 2));
  const std::size_t shown = cameras.size() <= room ? cameras.size() : std::max<std::size_t>(1, room - 1);
  if (shown < cameras.size()) {
    std::ranges::stable_sort(cameras, {}, [](const CameraStatus* camera) { return !is_in_trouble(*camera); });
  }
  std::string lines;
  for (std::size_t i = 0; i < shown; ++i) {
    const CameraStatus& camera = *cameras[i];
    const std::string line =
        fmt::format("{}  {:<12} {:>6.1f} fps {:>7} faces {:>6} posted   {}",
                    padded(log::clean(camera.name), name_columns), camera.state, rates[camera.name],
                    camera.faces_detected, camera.faces_posted, log::clean(trouble_of(camera)));
    lines += fitted(line, size.columns) + "\n";
  }
  if (shown < cameras.size()) lines += fmt::format("and {} more\n", cameras.size() - shown);
  return lines;
}

}  // namespace vigia::app
