#include "orchestrator/strand.h"

#include "base/log.h"

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;

// A camera that was silent for so long is no longer merely between two frames.
constexpr auto kSilence = 250ms;
// Frames that the open tracks of one camera may hold for their best shots; beyond, the oldest is turned
// into a JPEG (about a tenth of its size) although its track goes on.
constexpr std::size_t kMostFramesHeld = 4;
constexpr std::size_t kMostFramesHeldWhenShort = 1;  // at the hard mark: none

}  // namespace

Strand::Strand(std::shared_ptr<CameraContext> camera, int index, StrandWorld world)
    : camera_(std::move(camera)),
      world_(world),
      capacity_(static_cast<std::size_t>(camera_->settings.source.frame_buffer_size)),
      grader_(camera_->settings.shot),
      tracks_(camera_->settings.track, camera_->settings.shot.filter_min_movement, index),
      waiting_(capacity_ + 1),
      last_delivery_(world.clock.now()) {}

bool Strand::may_drop() const {
  const auto& source = camera_->settings.source;
  return !source.disable_drops && source.play_speed >= 0;
}

void Strand::deliver(domain::Frame frame, const std::stop_token& stop) {
  world_.latency.of(Stage::read).record(frame.read_took);
  world_.latency.of(Stage::decode).record(frame.decode_took);
  const auto step = static_cast<std::uint64_t>(camera_->settings.detector_step);
  if (frame.sequence % step != 0) {
    ++camera_->ledger.frames_skipped;
    return;
  }
  std::optional<domain::Frame> dropped;  // let go of outside the lock
  {
    MutexLock lock(mutex_);
    // After a stop the frame goes in although there is no room: it is the last one.
    while (!may_drop() && waiting_.size() >= capacity_ && room_.wait(lock, stop)) {
    }
    if (may_drop() && waiting_.size() >= capacity_) {
      dropped = waiting_.pop_front();
    }
    if (dropped) ++camera_->ledger.frames_dropped;
    waiting_.push_back(std::move(frame));
    last_delivery_ = world_.clock.now();
    if (std::exchange(scheduled_, true)) return;
  }
  world_.turns.push(*this);
}

void Strand::end() {
  {
    MutexLock lock(mutex_);
    ended_ = true;
    if (std::exchange(scheduled_, true)) return;
  }
  world_.turns.push(*this);
}

void Strand::tick() {
  if (!has_open_tracks_ || camera_->settings.source.play_speed < 0) return;
  {
    MutexLock lock(mutex_);
    if (world_.clock.now() - last_delivery_ < kSilence || std::exchange(scheduled_, true)) return;
  }
  world_.turns.push(*this);
}

std::optional<domain::Frame> Strand::take_frame() {
  std::optional<domain::Frame> frame;
  {
    MutexLock lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    frame = waiting_.pop_front();
  }
  room_.notify_one();
  return frame;
}

void Strand::take_turn(detect::Detector& detector) {
  if (const auto frame = take_frame()) {
    process(*frame, detector);
  } else {
    let_time_pass();
  }
  hand_on();
  finish_turn();
}

void Strand::process(const domain::Frame& frame, detect::Detector& detector) {
  CameraLedger& ledger = camera_->ledger;
  StageLatency& latency = world_.latency;
  latency.of(Stage::wait).record(world_.clock.now() - frame.decoded_at);
  if (const Status detected = detector.detect(frame, camera_->settings.rot, found_); !detected) {
    if (ledger.detector_errors++ == 0) {
      log::error("{}: the detector failed: {}", camera_->name(), detected.error().text);
    }
    return;
  }
  latency.of(Stage::prepare).record(detector.times().prepare);
  latency.of(Stage::infer).record(detector.times().infer);
  const SteadyTime detected = world_.clock.now();
  sightings_.clear();
  for (const domain::Detection& detection : found_) sightings_.push_back(grader_.grade(detection, frame));
  tracks_.update(frame, sightings_, finished_);
  last_stream_time_ = frame.stream_time.count();
  const SteadyTime tracked = world_.clock.now();
  latency.of(Stage::track).record(tracked - detected);
  latency.whole.record(tracked - frame.read_at);
  ++ledger.frames_processed;
  ledger.faces_detected += found_.size();
}

void Strand::let_time_pass() {
  Nanoseconds silent{0};
  bool over = false;
  {
    MutexLock lock(mutex_);
    silent = world_.clock.now() - last_delivery_;
    over = ended_;
  }
  if (over) {
    tracks_.close_all(finished_);
    closed_all_ = true;
  } else {
    tracks_.advance(last_stream_time() + silent, finished_);
  }
}

void Strand::hand_on() {
  for (track::Finished& finished : finished_) {
    if (finished.over) ++camera_->ledger.tracks_closed;
    order({camera_, std::move(finished)});
  }
  finished_.clear();
  bound_held_frames();
  has_open_tracks_ = tracks_.open() > 0;
}

void Strand::bound_held_frames() {
  const memory::Pressure pressure = world_.memory.pressure();
  const std::size_t keep = pressure == memory::Pressure::none   ? kMostFramesHeld
                           : pressure == memory::Pressure::soft ? kMostFramesHeldWhenShort
                                                                : 0;
  tracks_.to_encode(keep, to_encode_);
  for (auto& image : to_encode_) order({camera_, EncodeEarly{std::move(image)}});
  to_encode_.clear();
}

void Strand::order(ShotOrder shot_order) {
  auto refused = world_.orders.push(std::move(shot_order));
  if (!refused) return;
  if (const auto* const early = std::get_if<EncodeEarly>(&refused->what)) {
    return tracks_.offer_again(*early->image);
  }
  camera_->ledger.not_posted(domain::Reason::shed);
  log::error("{}: a face is given up: thousands of shots wait for the disk", camera_->name());
}

void Strand::finish_turn() {
  {
    MutexLock lock(mutex_);
    if (waiting_.empty() && !ended_) {
      scheduled_ = false;
      return;
    }
    if (closed_all_) {
      drained_ = true;
      return;
    }
  }
  world_.turns.push(*this);
}

}  // namespace vigia::orchestrator
