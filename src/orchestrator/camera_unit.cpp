#include "orchestrator/camera_unit.h"

#include "camera/sim/scene.h"
#include "camera/sim/sim_url.h"

namespace vigia::orchestrator {

namespace {

// Of a sim: camera until that moment of its time line; nothing for others.
std::optional<std::int64_t> people_shown(const std::string& url, Nanoseconds until) {
  if (!url.starts_with("sim:")) return std::nullopt;
  const auto options = camera::sim::parse_sim_url(url);
  if (!options) return std::nullopt;
  const auto scene = camera::sim::Scene::make(*options);
  if (!scene) return std::nullopt;
  return scene->people_shown_by(until);
}

bool has_failed(const camera::CameraStats& stats, const camera::CameraOptions& options) {
  return stats.state == camera::CameraState::misconfigured ||
         (stats.state == camera::CameraState::interrupted && options.single_pass);
}

}  // namespace

CameraUnit::CameraUnit(std::shared_ptr<CameraContext> context, int index, StrandWorld world)
    : context_(std::move(context)),
      strand_(context_, index, world),
      source_(context_->settings.spec, context_->settings.source, world.memory, world.clock),
      clock_(world.clock) {}

void CameraUnit::start(Nanoseconds after) {
  thread_ = Worker("cam " + context_->name(), [this, after](const std::stop_token& stop) {
    if (clock_.sleep_for(after, stop)) source_.run(stop, strand_);
    strand_.end();
  });
}

CameraSummary CameraUnit::summary(double seconds) const {
  const camera::CameraStats stats = source_.stats();
  const CameraLedger& ledger = context_->ledger;
  CameraSummary summary{
      .name = context_->name(),
      .state = std::string(to_string(stats.state)),
      .message = stats.message,
      .frames_decoded = stats.frames_decoded + stats.frames_dropped_no_buffer,
      .frames_processed = ledger.frames_processed,
      .frames_dropped = ledger.frames_dropped + stats.frames_dropped_no_buffer,
      .frames_skipped = ledger.frames_skipped,
      .frames_overload_skipped = ledger.frames_overload_skipped,
      .frames_imotion_skipped = ledger.frames_imotion_skipped,
      .detector_errors = ledger.detector_errors,
      .frames_damaged = stats.frames_dropped_damaged,
      .decoding_soft_errors = stats.decoding_soft_errors,
      .job_starts = stats.job_starts,
      .faces_detected = ledger.faces_detected,
      .tracks_closed = ledger.tracks_closed,
      .faces_posted = ledger.faces_posted,
      .faces_failed = ledger.faces_failed,
      .faces_not_posted = {},
      .failed = has_failed(stats, context_->settings.source),
      .people_shown = people_shown(context_->settings.spec.url, strand_.last_stream_time())};
  if (seconds > 0) summary.processing_fps = static_cast<double>(summary.frames_processed) / seconds;
  for (const domain::Reason reason : domain::kAllReasons) {
    const std::uint64_t count = ledger.faces_not_posted.at(static_cast<std::size_t>(reason));
    if (count > 0) summary.faces_not_posted[std::string(to_string(reason))] = count;
  }
  return summary;
}

}  // namespace vigia::orchestrator
