#include "fleet/camera_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/crash_restart.h"
#include "base/log.h"
#include "base/thread_priority.h"
#include "camera/idle_mode.h"

namespace vigia::fleet {

namespace {

// The small stream comes first: without it nothing is found.
constexpr std::chrono::milliseconds kMainAfter{200};

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
  to.frames_hibernated += before.frames_hibernated;
  to.frames_overload_undecoded += before.frames_overload_undecoded;
}

camera::CameraShared shared_with(const pipeline::CameraContext& context, const camera::CameraShared& shared) {
  return {.keys = context.settings.keys,
          .gate = shared.gate,
          .hardware = shared.hardware,
          .logins = shared.logins};
}

domain::CameraSpec searched_spec(const pipeline::CameraContext& context) {
  domain::CameraSpec spec = context.settings.spec;
  if (context.main) spec.url = context.settings.searched_url();
  return spec;
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

std::unique_ptr<closeup::MainStream> make_main_stream(const pipeline::CameraSettings& camera,
                                                      memory::MemoryManager& memory) {
  if (camera.detect_url.empty()) return nullptr;
  if (!camera.has_two_streams()) {
    log::warn(
        "camera '{}': detect_url is auto, but its url has no known form, so faces are found in its main "
        "stream; "
        "write the small stream's address instead",
        camera.spec.name);
    return nullptr;
  }
  const Bytes quota = memory.budget().owner_quota();
  return std::make_unique<closeup::MainStream>(
      memory, memory.budget().open(camera.spec.name, memory::Kind::packets),
      camera::PacketRing::Limits{.span = from_seconds(camera.main_stream_seconds), .bytes = quota / 2});
}

CameraUnit::CameraUnit(std::shared_ptr<pipeline::CameraContext> context, int index,
                       pipeline::StrandWorld world, CameraHistory history, camera::CameraShared shared)
    : context_(std::move(context)),
      past_(std::move(history)),
      strand_(context_, index, world),
      source_(searched_spec(*context_), context_->settings.source, world.memory, world.clock,
              shared_with(*context_, shared)),
      clock_(world.clock) {
  if (!context_->main) return;
  domain::CameraSpec main = context_->settings.spec;
  main.name += " main";
  main_source_ = std::make_unique<camera::StreamCamera>(
      std::move(main), context_->settings.source, world.memory, world.clock, shared_with(*context_, shared));
}

void CameraUnit::start(Nanoseconds after, std::optional<camera::StreamCamera::Hold> hold) try {
  if (main_source_) {
    main_thread_ = Worker("main " + context_->name(), [this, after, hold](const auto& stop) {
      lower_priority(kBehindWorkers);
      const CrashSubject subject(context_->name());
      const bool may_begin = !hold || main_source_->wait_out(*hold, stop);
      if (may_begin && clock_.sleep_for(after + kMainAfter, stop)) {
        main_source_->keep(stop, context_->main->kept);
      }
    });
  }
  thread_ = Worker("cam " + context_->name(), [this, after, hold = std::move(hold)](const auto& stop) {
    lower_priority(kBehindWorkers);
    const CrashSubject subject(context_->name());
    const bool may_begin = !hold || source_.wait_out(*hold, stop);
    if (may_begin && clock_.sleep_for(after, stop)) source_.run(stop, strand_);
    strand_.end();
  });
} catch (const std::system_error&) {
  main_thread_ = Worker();
  strand_.end();
  throw;
}

pipeline::CameraSettings CameraUnit::settings_as_searched() const {
  pipeline::CameraSettings settings = context_->settings;
  settings.shot.filter_min_size = pipeline::least_face_in(settings.shot, context_->enlarged());
  return settings;
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

void CameraUnit::add_decoding(load::StrandLoad& seen) const {
  const camera::CameraStats stats = source_.stats();
  seen.decoded += stats.frames_decoded;
  seen.disposable += stats.frames_disposable;
  seen.undecoded += stats.frames_hibernated + stats.frames_overload_undecoded;
  if (stats.state == camera::CameraState::inprogress && stats.may_sleep) ++seen.idle;
}

double CameraUnit::decodes() const {
  constexpr double kUsual = 1280 * 720;
  const domain::Size frame = frame_size();
  const double pixels = static_cast<double>(frame.width) * frame.height;
  return pixels > 0 ? pixels / kUsual : 1;
}

namespace {

status::MainStreamStatus main_status_of(const camera::CameraStats& stats, const closeup::MainStream& main) {
  const camera::KeptStream::State kept = main.kept.state();
  status::MainStreamStatus status{.state = std::string(to_string(stats.state)),
                                  .reason = stats.reason ? std::string(to_string(*stats.reason)) : "",
                                  .message = stats.message,
                                  .since = stats.since,
                                  .width = stats.frame_width,
                                  .height = stats.frame_height,
                                  .kept_bytes = kept.bytes,
                                  .kept = kept.holds,
                                  .groups_given_up = kept.overflowed,
                                  .shots_taken = main.taken,
                                  .shots_not_found_again = main.not_found_again,
                                  .shots_from_detect_url = {},
                                  .pictures_decoded = main.pictures_decoded,
                                  .packets = stats.frames_decoded};
  for (std::size_t i = 0; i < main.fallbacks.size(); ++i) {
    if (main.fallbacks[i] > 0)
      status.shots_from_detect_url[std::string(closeup::kFallbackNames[i])] = main.fallbacks[i];
  }
  return status;
}

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

void CameraUnit::tell_of_pictures(const camera::CameraStats& stats, status::CameraStatus& status) const {
  const SteadyTime now = clock_.now();
  const UtcTime utc = clock_.utc_now();
  const auto utc_of = [&](SteadyTime at) {
    return at == SteadyTime() ? UtcTime() : utc - std::chrono::duration_cast<UtcTime::duration>(now - at);
  };
  status.frame_width = stats.frame_width;
  status.frame_height = stats.frame_height;
  status.last_frame = utc_of(strand_.last_arrival());
  status.last_face = utc_of(context_->counters.last_face.load(std::memory_order_relaxed));
  const shot::ShotOptions limits = context_->limits();
  if (!context_->settings.rot.whole()) status.rot = domain::to_text(context_->settings.rot);
  if (!limits.roi.whole()) status.roi = domain::to_text(limits.roi);
  status.filter_min_size = limits.filter_min_size;
  status.filter_max_size = limits.filter_max_size;
  status.filter_min_quality = limits.filter_min_quality;
}

status::CameraStatus CameraUnit::status(double seconds) const {
  const CameraHistory now = history();
  status::CameraStatus status = status_of(context_->name(), now, context_->counters, seconds);
  status.state = std::string(to_string(now.stats.state));
  status.reason = now.stats.reason ? std::string(to_string(*now.stats.reason)) : "";
  status.message = now.stats.message;
  status.since = now.stats.since;
  if (now.stats.frame_width > 0) status.decoder = std::string(to_string(now.stats.decoder));
  if (now.stats.idle != camera::IdleMode::none) {
    status.idle = std::string(to_string(now.stats.idle));
    status.idle_words = std::string(words_of(now.stats.idle));
  }
  status.is_online = now.stats.state == camera::CameraState::inprogress;
  if (status.is_online) status.clock_skew = now.stats.clock_skew;
  status.signal = signal_of(now.stats.signal);
  tell_of_pictures(now.stats, status);
  status.stream_time = strand_.last_stream_time();
  if (main_source_) status.main = main_status_of(main_source_->stats(), *context_->main);
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
                              .frames_probed = counters.frames_probed,
                              .frames_hibernated = stats.frames_hibernated,
                              .frames_overload_undecoded = stats.frames_overload_undecoded,
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
