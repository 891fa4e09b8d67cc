#include "camera/stream_camera.h"

#include <utility>

#include "base/log.h"
#include "camera/source_url.h"

namespace vigia::camera {
namespace {

constexpr std::chrono::minutes kLogAgain{10};

}  // namespace

StreamCamera::StreamCamera(domain::CameraSpec spec, const CameraOptions& options,
                           memory::MemoryManager& memory, Clock& clock, KeptKeys keys)
    : spec_(std::move(spec)),
      options_(options),
      keys_(std::move(keys)),
      memory_(memory),
      clock_(clock),
      state_(memory, spec_.name),
      backoff_(from_seconds(options.rtsp_reconnect_delay)) {}

void StreamCamera::run(const std::stop_token& stop, FrameSink& sink) {
  if (!options_.active) return set(CameraState::disabled, "");
  if (options_.tls_insecure && options_.tls_pin.empty()) {
    log::warn(
        "camera '{}': tls_insecure is true: its certificate is NOT verified, so anybody on the path can read "
        "its password and change its pictures; set ca_file{} instead",
        spec_.name, is_live_url(spec_.url) ? " or tls_pin" : "");
  }
  bool again = true;
  while (again && !stop.stop_requested()) {
    count(counters_.job_starts);
    counters_.state.store(CameraState::starting, std::memory_order_relaxed);
    Status end;
    {
      StreamJob job({spec_, options_, keys_, memory_, clock_, counters_, state_,
                     [this](const domain::Frame& first) { frames_come(first); }});
      end = job.run(stop, sink);
    }
    again = handle(end, stop) && clock_.sleep_for(backoff_.next(), stop);
  }
}

bool StreamCamera::handle(const Status& end, const std::stop_token& stop) {
  if (end.ok()) {
    log::info("camera '{}': completed, {} frames", spec_.name, counters_.frames_decoded.load());
    set(CameraState::completed, "");
    return false;
  }
  if (stop.stop_requested()) return false;
  const Error& error = end.error();
  if (error.code == ErrorCode::invalid) {
    log::error("camera '{}': {}", spec_.name, error.text);
    set(CameraState::misconfigured, error.text);
    return false;
  }
  set(CameraState::interrupted, error.text);
  log_failure(error.text);
  return !(options_.single_pass && recorded());
}

void StreamCamera::frames_come(const domain::Frame& first) {
  set(CameraState::inprogress, "");
  backoff_.reset();
  if (failures_ > 0) {
    log::info("camera '{}': frames come {}after {} failed tries", spec_.name, seen_ ? "again " : "",
              failures_);
  } else {
    log::info("camera '{}': {}x{}", spec_.name, first.size.width, first.size.height);
  }
  failures_ = 0;
  failures_unlogged_ = 0;
  last_logged_.clear();
  seen_ = true;
}

void StreamCamera::log_failure(const std::string& text) {
  ++failures_;
  const SteadyTime now = clock_.now();
  if (text == last_logged_ && now - last_logged_at_ < kLogAgain) {
    ++failures_unlogged_;
    return;
  }
  if (text == last_logged_) {
    log::warn("camera '{}': {} ({} times more; still trying)", spec_.name, text, failures_unlogged_ + 1);
  } else {
    log::warn("camera '{}': {}", spec_.name, text);
  }
  last_logged_ = text;
  last_logged_at_ = now;
  failures_unlogged_ = 0;
}

void StreamCamera::set(CameraState state, std::string message) {
  MutexLock lock(mutex_);
  counters_.state.store(state, std::memory_order_relaxed);
  message_ = std::move(message);
}

bool StreamCamera::recorded() const {
  const Result<SourceUrl> source = parse_source_url(spec_.url);
  return source.ok() && (source->kind == SourceKind::file || source->kind == SourceKind::sim);
}

CameraStats StreamCamera::stats() const {
  const Nanoseconds::rep skew = counters_.clock_skew.load(std::memory_order_relaxed);
  MutexLock lock(mutex_);
  return {.state = counters_.state.load(std::memory_order_relaxed),
          .message = message_,
          .job_starts = counters_.job_starts,
          .frames_decoded = counters_.frames_decoded,
          .frames_dropped_no_buffer = counters_.frames_dropped_no_buffer,
          .decoding_soft_errors = counters_.decoding_soft_errors,
          .frames_dropped_damaged = counters_.frames_dropped_damaged,
          .stamps_corrected = counters_.stamps_corrected,
          .clock_skew = skew == CaptureCounters::kNoSkew ? std::nullopt : std::optional(Nanoseconds(skew)),
          .frame_width = counters_.frame_width,
          .frame_height = counters_.frame_height};
}

}  // namespace vigia::camera
