#include "bench/pipeline_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "settings/load.h"
#include "settings/play.h"

namespace vigia::bench {
namespace {

settings::Settings base_settings(const PipelineBenchOptions& options, int cameras,
                                 const std::vector<Clip>& clips, const std::filesystem::path& folder) {
  settings::Settings base;
  base.web.listen = "off";
  base.delivery.directory = folder / "faces";
  base.outbox.path = folder / "outbox.db";
  base.ledger.path = folder / "events.db";
  for (int i = 0; i < cameras; ++i) {
    settings::CameraSettings camera;
    camera.spec.name = fmt::format("cam{}", i + 1);
    const bool is_busy = i < options.busy_of(cameras);
    camera.spec.url = is_busy ? clip_of(clips, i).url : options.idle;
    camera.source.single_pass = options.people && is_busy;
    // For a FindFace that --set names.
    camera.spec.id = i + 1;
    camera.spec.token = "bench";
    camera.source.play_speed = options.pace == Pace::free ? -1 : 1;
    base.cameras.push_back(std::move(camera));
  }
  return base;
}

void add_flags(const PipelineBenchOptions& options, detect::DetectorOptions& into) {
  if (!options.model.empty()) into.model = options.model;
  if (options.precision != "auto") into.precision = options.precision;
  if (options.input != domain::Size{}) into.input = options.input;
}

}  // namespace

Result<settings::Settings> pipeline_settings(const PipelineBenchOptions& options, int cameras,
                                             const std::vector<Clip>& clips,
                                             const std::filesystem::path& folder) {
  settings::Sources sources{std::nullopt, settings::process_environment(), options.sets};
  settings::leave_out_in_play(sources.environment);
  settings::Settings base = base_settings(options, cameras, clips, folder);
  auto outcome = settings::load(sources, base);
  const bool has_size = options.input != domain::Size{} ||
                        (outcome.settings && outcome.settings->detector.input != domain::Size{});
  if (has_size) {  // below what --set and the environment say
    base.detector.on_overload = "drop";
    outcome = settings::load(sources, base);
  }
  std::vector<std::string> lines = std::move(outcome.errors);
  if (outcome.settings) lines = settings::problems_for_run(*outcome.settings);
  if (!lines.empty()) return Error{ErrorCode::invalid, fmt::format("{}", fmt::join(lines, "; "))};
  add_flags(options, outcome.settings->detector);
  return *std::move(outcome.settings);
}

}  // namespace vigia::bench
