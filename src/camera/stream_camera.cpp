#include "camera/stream_camera.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "camera/source_url.h"

namespace vigia::camera {
namespace {

// For people: "30 s", "5 min".
std::string spell(Nanoseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return seconds % 60 == 0 ? std::to_string(seconds / 60) + " min" : std::to_string(seconds) + " s";
}

// What is to come, where it is not the usual.
std::string outlook(std::string_view url, Condition why, Nanoseconds pause) {
  if (why == Condition::refused) {
    return "; next try in " + spell(pause) +
           ", since more of them may lock the account; at once when its settings change";
  }
  if (why == Condition::busy && is_device_url(url)) return "; next try in " + spell(pause);
  if (why == Condition::busy) {
    return "; next try in " + spell(pause) + ", when it has ended a connection that broke off";
  }
  return "";
}

// Whether it has connected is news, even while the last failure is still the reason.
void tell_of_start(CameraStats& stats) {
  if (stats.step_for < kSlowStep) return;
  const bool lacks_key_frame = stats.step == StartStep::key_frame;
  if (lacks_key_frame) stats.reason = Condition::no_key_frame;
  if (!lacks_key_frame && !stats.message.empty()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(stats.step_for).count();
  stats.message = std::string(to_string(stats.step)) + ", for " + std::to_string(seconds) + " s";
}

// After a loss the camera may show nothing for long although its connection stands.
void tell_of_blindness(CameraStats& stats, SteadyTime now) {
  if (!stats.no_picture_since || now - *stats.no_picture_since < kSlowStep) return;
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now - *stats.no_picture_since).count();
  stats.state = CameraState::starting;
  stats.reason = Condition::no_key_frame;
  stats.message = "packets are lost or broken; no picture can begin since " + std::to_string(seconds) + " s";
}

constexpr std::chrono::minutes kLogAgain{10};
// From one opening to the next, where there is no back-off.
constexpr std::chrono::seconds kLeastBetweenOpenings{1};

std::optional<SteadyTime> since(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return std::nullopt;
  return SteadyTime(Nanoseconds(nanoseconds));
}

}  // namespace

StreamCamera::StreamCamera(domain::CameraSpec spec, const CameraOptions& options,
                           memory::MemoryManager& memory, Clock& clock, CameraShared shared)
    : spec_(std::move(spec)),
      options_(options),
      shared_(std::move(shared)),
      memory_(memory),
      clock_(clock),
      state_(memory, spec_.name),
      retry_(from_seconds(options.rtsp_reconnect_delay)),
      since_(clock.utc_now()) {}

bool StreamCamera::wait_out(const Hold& hold, const std::stop_token& stop) {
  set(CameraState::interrupted, hold.reason, hold.message);
  log::warn("camera '{}': {}", spec_.name, hold.message);
  return clock_.sleep_for(hold.time, stop);
}

void StreamCamera::try_for_ever(const std::stop_token& stop, FrameSink* sink, KeptStream* kept) {
  if (!options_.active) return set(CameraState::disabled, std::nullopt, "");
  if (options_.tls_insecure && options_.tls_pin.empty()) {
    log::warn(
        "camera '{}': tls_insecure is true: its certificate is NOT verified, so anybody on the path can read "
        "its password and change its pictures; set ca_file{} instead",
        spec_.name, is_live_url(spec_.url) ? " or tls_pin" : "");
  }
  std::optional<Nanoseconds> pause = Nanoseconds::zero();
  while (pause && clock_.sleep_for(*pause, stop)) {
    began_ = clock_.now();
    pause = handle(attempt(stop, sink, kept), stop);
  }
}

Status StreamCamera::attempt(const std::stop_token& stop, FrameSink* sink, KeptStream* kept) {
  count(counters_.job_starts);
  begin_try();
  StreamJob job({spec_, options_, shared_, memory_, clock_, counters_, state_,
                 [this](domain::Size size, bool is_first) { frame_comes(size, is_first); }, kept});
  Status end = job.run(stop, sink);
  if (!end) failed_by_ = job.condition();
  reopens_ = job.reopens();
  return end;
}

std::optional<Nanoseconds> StreamCamera::handle(const Status& end, const std::stop_token& stop) {
  state_.failed = !end.ok() && !reopens_;
  if (end.ok()) {
    log::info("camera '{}': completed, {} frames", spec_.name, counters_.frames_decoded.load());
    set(CameraState::completed, std::nullopt, "");
    return std::nullopt;
  }
  if (stop.stop_requested()) return std::nullopt;
  const Error& error = end.error();
  if (reopens_) {
    note_reopened(error.text);
    return std::max<Nanoseconds>(began_ + kLeastBetweenOpenings - clock_.now(), Nanoseconds::zero());
  }
  if (error.code != ErrorCode::invalid) return handle_failure(error);
  log::error("camera '{}': {}", spec_.name, error.text);
  set(CameraState::misconfigured, std::nullopt, error.text);
  return std::nullopt;
}

void StreamCamera::note_reopened(const std::string& why) {
  count(counters_.reopened);
  const SteadyTime now = clock_.now();
  if (reopened_logged_at_ && now - *reopened_logged_at_ < kLogAgain) {
    ++reopened_unlogged_;
    return;
  }
  const std::string more = reopened_unlogged_ > 0
                               ? " (so were " + std::to_string(reopened_unlogged_) + " connections before)"
                               : "";
  log::warn("camera '{}': {}: its connection was made anew at once{}", spec_.name, why, more);
  reopened_logged_at_ = now;
  reopened_unlogged_ = 0;
}

std::optional<Nanoseconds> StreamCamera::handle_failure(const Error& error) {
  const Nanoseconds pause =
      state_.server.wait ? *state_.server.wait : retry_.failed(failed_by_, state_.server.session);
  const bool is_last = options_.single_pass && recorded();
  const std::string text = error.text + (is_last ? "" : outlook(spec_.url, failed_by_, pause));
  set(CameraState::interrupted, failed_by_, text);
  if (const auto line = failures_.failed(text, clock_.now())) log::warn("camera '{}': {}", spec_.name, *line);
  return is_last ? std::nullopt : std::optional(pause);
}

void StreamCamera::frame_comes(domain::Size size, bool is_first) {
  const SteadyTime now = clock_.now();
  const bool is_good = retry_.frame(now);
  if (is_good) {
    if (const auto line = failures_.settled()) log::info("camera '{}': {}", spec_.name, *line);
  }
  if (!is_first) return;
  set(CameraState::inprogress, std::nullopt, "");
  if (failures_.recovered(now)) {
    log::info("camera '{}': frames come {}after {} failed tries", spec_.name, seen_ ? "again " : "",
              failures_.failures());
  } else if (!seen_) {
    log::info("camera '{}': {}x{}", spec_.name, size.width, size.height);
  }
  seen_ = true;
}

// While it is tried again, the reason of the failure stays its reason.
void StreamCamera::begin_try() {
  const UtcTime now = clock_.utc_now();
  MutexLock lock(mutex_);
  counters_.step_since.store(clock_.now(), std::memory_order_relaxed);
  counters_.step.store(StartStep::turn, std::memory_order_relaxed);
  counters_.state.store(CameraState::starting, std::memory_order_relaxed);
  if (!reason_) since_ = now;
}

void StreamCamera::set(CameraState state, std::optional<Condition> reason, std::string message) {
  const UtcTime now = clock_.utc_now();
  MutexLock lock(mutex_);
  counters_.state.store(state, std::memory_order_relaxed);
  if (!reason || reason != reason_) since_ = now;
  reason_ = reason;
  message_ = std::move(message);
}

bool StreamCamera::recorded() const {
  const Result<SourceUrl> source = parse_source_url(spec_.url);
  return source.ok() && (source->kind == SourceKind::file || source->kind == SourceKind::sim);
}

Signal StreamCamera::signal() const {
  const SteadyTime key = counters_.key_came.load(std::memory_order_relaxed);
  return {.is_live = counters_.is_live.load(std::memory_order_relaxed),
          .key_interval = Nanoseconds(counters_.key_interval.load(std::memory_order_relaxed)),
          .since_key = key == SteadyTime() ? Nanoseconds(0) : clock_.now() - key,
          .decoded_after = Nanoseconds(counters_.decoded_after.load(std::memory_order_relaxed)),
          .busy_for = Nanoseconds(counters_.busy_for.load(std::memory_order_relaxed)),
          .still_for = Nanoseconds(counters_.still_for.load(std::memory_order_relaxed)),
          .brightness = counters_.brightness.load(std::memory_order_relaxed),
          .contrast = counters_.contrast.load(std::memory_order_relaxed)};
}

CameraStats StreamCamera::stats() const {
  const SteadyTime now = clock_.now();
  const Nanoseconds::rep skew = counters_.clock_skew.load(std::memory_order_relaxed);
  MutexLock lock(mutex_);
  CameraStats stats{
      .state = counters_.state.load(std::memory_order_relaxed),
      .reason = reason_,
      .message = message_,
      .since = since_,
      .step = counters_.step.load(std::memory_order_acquire),
      .step_for = now - counters_.step_since.load(std::memory_order_relaxed),
      .job_starts = counters_.job_starts,
      .frames_decoded = counters_.frames_decoded,
      .frames_dropped_no_buffer = counters_.frames_dropped_no_buffer,
      .decoding_soft_errors = counters_.decoding_soft_errors,
      .frames_dropped_damaged = counters_.frames_dropped_damaged,
      .packets_lost = counters_.packets_lost,
      .reopened = counters_.reopened,
      .stamps_corrected = counters_.stamps_corrected,
      .decoder = counters_.decoder,
      .hwaccel_fallbacks = counters_.hwaccel_fallbacks,
      .frames_hibernated = counters_.frames_hibernated,
      .frames_overload_undecoded = counters_.frames_overload_undecoded,
      .frames_disposable = counters_.frames_disposable,
      .idle = counters_.idle_mode,
      .may_sleep = counters_.may_sleep,
      .clock_skew = skew == CaptureCounters::kNoSkew ? std::nullopt : std::optional(Nanoseconds(skew)),
      .signal = signal(),
      .frame_width = counters_.frame_width,
      .frame_height = counters_.frame_height,
      .no_picture_since = since(counters_.no_picture_since)};
  if (stats.state == CameraState::starting) tell_of_start(stats);
  if (stats.state == CameraState::inprogress) tell_of_blindness(stats, now);
  return stats;
}

}  // namespace vigia::camera
