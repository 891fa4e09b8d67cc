#include "fleet/camera_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/crash_restart.h"

namespace vigia::fleet {

namespace {

bool has_failed(const camera::CameraStats& stats, const camera::CameraOptions& options) {
  return stats.state == camera::CameraState::misconfigured ||
         (stats.state == camera::CameraState::interrupted && options.single_pass);
}

// Adds counters only: the other fields are those of the newest.
void add_counters(camera::CameraStats& to, const camera::CameraStats& before) {
  to.job_starts += before.job_starts;
  to.frames_decoded += before.frames_decoded;
  to.frames_dropped_no_buffer += before.frames_dropped_no_buffer;
  to.decoding_soft_errors += before.decoding_soft_errors;
  to.frames_dropped_damaged += before.frames_dropped_damaged;
  to.packets_lost += before.packets_lost;
  to.reopened += before.reopened;
  to.stamps_corrected += before.stamps_corrected;
  to.hwaccel_fallbacks += before.hwaccel_fallbacks;
}

}  // namespace

// Video comes, and nobody is found in it: that is no camera that works. Without video, why there is none
// matters more.
void tell_of_detector(camera::CameraState source, const pipeline::CameraCounters& counters,
                      status::CameraStatus& status) {
  const bool has_video =
      source == camera::CameraState::inprogress || source == camera::CameraState::completed;
  if (!has_video || !counters.detector_fails) return;
  status.state = kDetectorFails;
  status.reason.clear();
  status.message =
      fmt::format("the detector failed on {} of its frames, including the last one; the log says why",
                  status.detector_errors);
  status.failed = true;
}

shot::ShotOptions stricter(shot::ShotOptions own, const findface::DetectorFilters& theirs) {
  if (theirs.min_size) own.filter_min_size = std::max(own.filter_min_size, *theirs.min_size);
  if (theirs.max_size) own.filter_max_size = std::min(own.filter_max_size, *theirs.max_size);
  if (theirs.min_quality) own.filter_min_quality = std::max(own.filter_min_quality, *theirs.min_quality);
  if (theirs.roi) own.roi = domain::Zone::of(*theirs.roi);
  return own;
}

CameraUnit::CameraUnit(std::shared_ptr<pipeline::CameraContext> context, int index,
                       pipeline::StrandWorld world, CameraHistory history, camera::CameraShared shared)
    : context_(std::move(context)),
      past_(std::move(history)),
      strand_(context_, index, world),
      source_(context_->settings.spec, context_->settings.source, world.memory, world.clock,
              {.keys = context_->settings.keys,
               .gate = shared.gate,
               .hardware = shared.hardware,
               .logins = shared.logins}),
      clock_(world.clock) {}

void CameraUnit::start(Nanoseconds after, std::optional<camera::StreamCamera::Hold> hold) try {
  thread_ = Worker("cam " + context_->name(), [this, after, hold = std::move(hold)](const auto& stop) {
    const CrashSubject subject(context_->name());
    const bool may_begin = !hold || source_.wait_out(*hold, stop);
    if (may_begin && clock_.sleep_for(after, stop)) source_.run(stop, strand_);
    strand_.end();
  });
} catch (const std::system_error&) {
  strand_.end();
  throw;
}

void CameraUnit::apply_filters(const findface::DetectorFilters& theirs) {
  const shot::ShotOptions both = stricter(context_->settings.shot, theirs);
  context_->set_limits(both);
  strand_.set_filters(both);
}

CameraHistory CameraUnit::history() const {
  CameraHistory history{.stats = source_.stats()};
  add_counters(history.stats, past_.stats);
  return history;
}

domain::Size CameraUnit::frame_size() const {
  const camera::CameraStats stats = source_.stats();
  return {stats.frame_width, stats.frame_height};
}

bool CameraUnit::is_decoded_late() const {
  constexpr std::chrono::seconds kLate{2};
  const camera::CameraStats stats = source_.stats();
  return stats.state == camera::CameraState::inprogress && stats.signal.is_live &&
         stats.signal.busy_for >= kLate;
}

double CameraUnit::decodes() const {
  constexpr double kUsual = 1280 * 720;
  const domain::Size frame = frame_size();
  const double pixels = static_cast<double>(frame.width) * frame.height;
  return pixels > 0 ? pixels / kUsual : 1;
}

namespace {

status::SignalStatus signal_of(const camera::Signal& signal) {
  return {.is_live = signal.is_live,
          .key_interval = signal.key_interval,
          .since_key = signal.since_key,
          .decoded_after = signal.decoded_after,
          .busy_for = signal.busy_for,
          .still_for = signal.still_for,
          .brightness = signal.brightness,
          .contrast = signal.contrast};
}

}  // namespace

status::CameraStatus CameraUnit::status(double seconds) const {
  const CameraHistory now = history();
  status::CameraStatus status = status_of(context_->name(), now, context_->counters, seconds);
  status.state = std::string(to_string(now.stats.state));
  status.reason = now.stats.reason ? std::string(to_string(*now.stats.reason)) : "";
  status.message = now.stats.message;
  status.since = now.stats.since;
  if (now.stats.frame_width > 0) status.decoder = std::string(to_string(now.stats.decoder));
  status.is_online = now.stats.state == camera::CameraState::inprogress;
  if (status.is_online) status.clock_skew = now.stats.clock_skew;
  status.signal = signal_of(now.stats.signal);
  status.stream_time = strand_.last_stream_time();
  status.failed = has_failed(now.stats, context_->settings.source);
  tell_of_detector(now.stats.state, context_->counters, status);
  return status;
}

status::CameraStatus status_of(const std::string& name, const CameraHistory& history,
                               const pipeline::CameraCounters& counters, double seconds) {
  const camera::CameraStats& stats = history.stats;
  status::CameraStatus status{.name = name,
                              .state = {},
                              .reason = {},
                              .message = {},
                              .since = {},
                              .frames_decoded = stats.frames_decoded + stats.frames_dropped_no_buffer,
                              .frames_processed = counters.frames_processed,
                              .frames_dropped = counters.frames_dropped + stats.frames_dropped_no_buffer,
                              .frames_skipped = counters.frames_skipped,
                              .frames_overload_skipped = counters.frames_overload_skipped,
                              .frames_imotion_skipped = counters.frames_imotion_skipped,
                              .detector_errors = counters.detector_errors,
                              .frames_damaged = stats.frames_dropped_damaged,
                              .decoding_soft_errors = stats.decoding_soft_errors,
                              .packets_lost = stats.packets_lost,
                              .reopened = stats.reopened,
                              .stamps_corrected = stats.stamps_corrected,
                              .hwaccel_fallbacks = stats.hwaccel_fallbacks,
                              .job_starts = stats.job_starts,
                              .faces_detected = counters.faces_detected,
                              .tracks_closed = counters.tracks_closed,
                              .faces_posted = counters.faces_posted,
                              .faces_failed = counters.faces_failed,
                              .faces_not_posted = {}};
  if (seconds > 0) status.processing_fps = static_cast<double>(status.frames_processed) / seconds;
  for (const domain::Reason reason : domain::kAllReasons) {
    const std::uint64_t count = counters.faces_not_posted.at(static_cast<std::size_t>(reason));
    if (count > 0) status.faces_not_posted[std::string(to_string(reason))] = count;
  }
  return status;
}

}  // namespace vigia::fleet
