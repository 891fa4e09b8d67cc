#include "pipeline/strand.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/crash_restart.h"
#include "base/log.h"
#include "domain/boxes.h"
#include "pipeline/zone_fit.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

// A camera that was silent for longer than this is not just between two frames.
constexpr auto kSilence = 250ms;
// A strand that has had work for this long without a pause is behind; until then it may be a burst.
constexpr auto kBehind = 250ms;
// A camera that sent nothing for kAway is away. When it comes back, the frames it drops within kSettles may
// be those that its server has saved up. After kForgotten it is not expected back.
constexpr auto kAway = 1500ms;
constexpr auto kSettles = 5s;
constexpr auto kForgotten = 5min;
// Of an idle camera only key frames come.
constexpr auto kAwayIdle = 60s;
// Overload leaves at least this many searched frames within track_miss_interval.
constexpr double kLooksWithinMiss = 3;
constexpr double kRounding = 1e-6;  // so that a whole number stays one
constexpr int kIntervalSmoothing = 8;
// The most frames that the open tracks of one camera may hold for their best shots; beyond that the oldest is
// encoded as JPEG (about a tenth of its size) although its track goes on.
constexpr std::size_t kMostFramesHeld = 4;
constexpr std::size_t kMostFramesHeldWhenShort = 1;  // at the hard mark: none
constexpr std::size_t kMostOrdersForJournal = 256;
constexpr double kRoomBelow = 0.9;  // of a face's size in the small stream, beside that in the main one

bool may_drop(const camera::CameraOptions& recording) {
  return !recording.disable_drops && recording.play_speed >= 0;
}

}  // namespace

Strand::Strand(std::shared_ptr<CameraContext> camera, int index, StrandWorld world)
    : camera_(std::move(camera)),
      world_(world),
      capacity_(static_cast<std::size_t>(camera_->settings.source.frame_buffer_size)),
      is_live_(camera_->settings.is_live()),
      may_drop_(may_drop(camera_->settings.source)),
      place_(camera_->settings.weight),
      gate_(camera_->settings.imotion_threshold),
      filters_(camera_->settings.shot),
      grader_(filters_),
      tracks_(camera_->settings.track, camera_->settings.shot.filter_min_movement, index, camera_->people,
              camera_->counters.tracks_closed, camera_->takes_thumbnails),
      in_view_(world.min_detection_score),
      last_delivery_(world.clock.now()),
      last_arrival_(world.clock.now()),
      waiting_(capacity_ + 1) {}

Strand::~Strand() {
  const std::unique_ptr<NewFilters> never_taken(next_filters_.exchange(nullptr));
}

void Strand::opened(bool live) {
  may_drop_ = live || may_drop(camera_->settings.source);
}

void Strand::deliver(domain::Frame frame, const std::stop_token& stop) {
  const SteadyTime now = world_.clock.now();
  note_arrival(frame, now);
  if (frame.look != domain::Look::probe) {
    note_interval(frame);
    if (left_out(frame)) return;
  }
  std::optional<domain::Frame> dropped;  // let go of outside the lock
  {
    MutexLock lock(mutex_);
    // After a stop the frame goes in although there is no room: it is the last one.
    while (must_wait(frame) && !stop.stop_requested()) {
      is_waited_for_ = true;
      if (!room_.wait(lock, stop)) break;
    }
    is_waited_for_ = false;
    if (waiting_.size() >= capacity_ && !must_wait(frame)) dropped = waiting_.pop_front();
    waiting_.push_back(std::move(frame));
  }
  if (dropped) note_drop(now);
  last_delivery_.store(now, std::memory_order_relaxed);
  work_came_.store(now, std::memory_order_relaxed);
  if (try_schedule()) world_.turns.push(*this);
}

bool Strand::must_wait(const domain::Frame& frame) const {
  if (waiting_.size() < capacity_) return false;
  return !may_drop_ || frame.look == domain::Look::late || waiting_.front().look == domain::Look::late;
}

camera::SinkView Strand::view() const noexcept {
  return {.nobody_for = in_view_.nobody_for(),
          .least_face = least_face(),
          .decoding = world_.load.decoding.load(std::memory_order_relaxed)};
}

void Strand::note_arrival(const domain::Frame& frame, SteadyTime now) {
  world_.latency.of(Stage::read).record(frame.read_took);
  world_.latency.of(Stage::decode).record(frame.decode_took);
  const bool begins = settled_at_ == SteadyTime{} || now - last_arrival_.load() > kAway;
  if (begins) settled_at_ = now + kSettles;
  last_arrival_.store(now, std::memory_order_relaxed);
  is_idle_.store(frame.look == domain::Look::probe, std::memory_order_relaxed);
  has_frames_.store(true, std::memory_order_relaxed);
}

bool Strand::left_out(const domain::Frame& frame) {
  const auto step = static_cast<std::uint64_t>(camera_->settings.detector_step);
  if (frame.sequence % step != 0) {
    ++camera_->counters.frames_skipped;
    return true;
  }
  if (!may_drop_ || !begun_ || ++unlooked_ >= overload_step()) {
    begun_ = true;
    unlooked_ = 0;
    return false;
  }
  ++camera_->counters.frames_overload_skipped;
  return true;
}

// Two searched frames must not be further apart than a third of track_miss_interval, or tracks break in two.
int Strand::overload_step() const {
  const int step = world_.load.step.load(std::memory_order_relaxed);
  if (step == 1 || frame_interval_ <= Nanoseconds::zero()) return 1;
  const double between = to_seconds(frame_interval_) * camera_->settings.detector_step;
  const double most = camera_->settings.track.track_miss_interval / kLooksWithinMiss / between;
  return std::max(1, most < step ? static_cast<int>(most + kRounding) : step);
}

void Strand::note_interval(const domain::Frame& frame) {
  const Nanoseconds passed = frame.stream_time - last_stream_.value_or(frame.stream_time);
  last_stream_ = frame.stream_time;
  if (passed <= Nanoseconds::zero()) return;  // a file begins again
  const bool is_first = frame_interval_ == Nanoseconds::zero();
  frame_interval_ += is_first ? passed : (passed - frame_interval_) / kIntervalSmoothing;
}

void Strand::note_drop(SteadyTime now) {
  ++camera_->counters.frames_dropped;
  if (!is_live_ || now < settled_at_ || now - scheduled_since_.load() < kBehind) return;
  world_.load.frames_late.fetch_add(1, std::memory_order_relaxed);
}

bool Strand::try_schedule() noexcept {
  if (scheduled_.exchange(true, std::memory_order_acq_rel)) return false;
  scheduled_since_.store(work_came_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  return true;
}

void Strand::end() {
  {
    MutexLock lock(mutex_);
    ended_ = true;
  }
  if (try_schedule()) world_.turns.push(*this);
}

void Strand::tick() {
  if (!has_open_tracks_ || camera_->settings.source.play_speed < 0) return;
  const SteadyTime now = world_.clock.now();
  if (now - last_delivery_.load() < kSilence) return;
  work_came_.store(now, std::memory_order_relaxed);
  world_.turns.wake(*this);
}

Strand::LiveState Strand::presence() const {
  if (!is_live_ || drained_) return {};
  const Nanoseconds silent = world_.clock.now() - last_arrival_.load();
  return {.known = silent < kForgotten, .delivering = silent < (is_idle_ ? kAwayIdle : kAway)};
}

std::optional<domain::Frame> Strand::take_frame() {
  std::optional<domain::Frame> frame;
  bool is_waited_for = false;
  {
    MutexLock lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    frame = waiting_.pop_front();
    is_waited_for = is_waited_for_;
  }
  if (is_waited_for) room_.notify_one();
  return frame;
}

void Strand::set_filters(const shot::ShotOptions& filters) {
  auto next = std::make_unique<NewFilters>(filters);
  const std::unique_ptr<NewFilters> never_taken(
      next_filters_.exchange(next.release(), std::memory_order_acq_rel));
}

void Strand::take_new_filters() noexcept {
  if (next_filters_.load(std::memory_order_relaxed) == nullptr) return;
  std::unique_ptr<NewFilters> next(next_filters_.exchange(nullptr, std::memory_order_acquire));
  if (!next) return;
  filters_ = next->grader.options();
  grader_ = next->grader;
  main_size_ = {};
  zones_unchecked_ = size_ != domain::Size{};
  world_.memory.retire(std::move(next));
}

void Strand::take_turn(detect::Detector& detector) {
  const CrashSubject subject(camera_->name());
  const SteadyTime begun = world_.clock.now();
  take_new_filters();
  was_late_ = is_searched_ = false;
  if (const auto frame = take_frame()) {
    was_late_ = frame->look == domain::Look::late;
    process(*frame, detector, begun);
    if (camera_->live.is_asked() && !was_late_) show(*frame);
  } else {
    let_time_pass(begun);
  }
  hand_on();
  keep_open_tracks(begun);
  finish_turn(begun);
}

void Strand::show(const domain::Frame& frame) {
  if (is_searched_) {
    camera_->live.show(frame, sightings_, tracks_.ids());
  } else {
    camera_->live.show(frame, {}, {});
  }
}

void Strand::process(const domain::Frame& frame, detect::Detector& detector, SteadyTime now) {
  CameraCounters& counters = camera_->counters;
  StageLatency& latency = world_.latency;
  if (frame.size != size_) take_size(frame.size);
  if (camera_->main) fit_filters_to_main();
  if (std::exchange(zones_unchecked_, false)) warn_of_misfits();
  latency.of(Stage::wait).record(now - frame.decoded_at);
  const bool is_probe = frame.look == domain::Look::probe;
  const auto view = where_to_look(frame);
  if (!view) {
    last_stream_time_ = frame.stream_time.count();
    ++counters.frames_imotion_skipped;
    in_view_.note(frame.stream_time, false);
    return;
  }
  if (const Status detected = detector.detect(frame, *view, found_); !detected) {
    const std::string line = detector_failures_.failed(detected.error().text, counters, now);
    if (!line.empty()) log::error("{}: {}", log::CameraName{camera_->name()}, line);
    in_view_.note(frame.stream_time, true);  // as far as is known
    return;
  }
  detector_failures_.worked(counters);
  latency.of(Stage::prepare).record(detector.times().prepare);
  latency.of(Stage::infer).record(detector.times().infer);
  if (is_probe) {
    ++counters.frames_probed;
    return in_view_.note_probe(frame.stream_time, found_);
  }
  const SteadyTime detected = world_.clock.now();
  grader_.grade_all(found_, frame, world_.min_detection_score, sightings_);
  tracks_.update(frame, sightings_, finished_);
  is_searched_ = true;
  last_stream_time_ = frame.stream_time.count();
  const SteadyTime tracked = world_.clock.now();
  latency.of(Stage::track).record(tracked - detected);
  if (!was_late_) latency.whole.record(tracked - frame.read_at);  // late frames are so on purpose
  ++counters.frames_processed;
  const auto is_strong = [](const domain::Sighting& sighting) { return !sighting.weak; };
  const auto strong = static_cast<std::uint64_t>(std::ranges::count_if(sightings_, is_strong));
  counters.faces_detected += strong;
  if (strong > 0) counters.last_face.store(tracked, std::memory_order_relaxed);
  const bool somebody = strong > 0 || tracks_.open() > 0;
  if (!somebody) in_view_.note_weak_faces(found_);
  in_view_.note(frame.stream_time, somebody);
}

// Nothing: nowhere.
std::optional<detect::SearchArea> Strand::where_to_look(const domain::Frame& frame) {
  const detect::SearchArea all{camera_->settings.rot.in(size_), least_face()};
  if (frame.look == domain::Look::probe || camera_->settings.imotion_threshold <= 0) return all;
  tracks_.last_places(followed_);
  return gate_.where(frame, all, followed_);
}

// The sizes are meant for the picture that is posted. What is found in the small one gets a little more room,
// and half of the quality is enough: the larger picture decides.
void Strand::fit_filters_to_main() {
  const domain::Size main = camera_->main->kept.size();
  if (main == main_size_ || main.width <= 0 || main.height <= 0) return;
  main_size_ = main;
  const float enlarged = domain::enlargement(size_, main);
  camera_->set_enlarged(enlarged);
  shot::ShotOptions fitted = filters_;
  fitted.filter_min_size = static_cast<int>(filters_.filter_min_size / enlarged * kRoomBelow);
  fitted.filter_max_size = static_cast<int>(std::ceil(filters_.filter_max_size / enlarged / kRoomBelow));
  fitted.filter_min_quality = filters_.filter_min_quality / 2;
  fitted.roi = filters_.roi.in_percent(main);
  grader_ = shot::Grader(fitted);
}

int Strand::least_face() const noexcept {
  return least_face_in(camera_->settings.shot, camera_->enlarged());
}

// Boxes of another size cannot be compared: open tracks end here, with the shots that they have.
void Strand::take_size(domain::Size size) {
  size_before_ = std::exchange(size_, size);
  main_size_ = {};
  zones_unchecked_ = true;
  tracks_.close_all(finished_);
}

void Strand::warn_of_misfits() {
  for (const std::string& line : misfits(camera_->settings.rot, grader_.options().roi, size_, size_before_)) {
    log::warn("{}: {}", log::CameraName{camera_->name()}, line);
  }
}

void Strand::let_time_pass(SteadyTime now) {
  bool over = false;
  {
    MutexLock lock(mutex_);
    over = ended_ && waiting_.empty();
  }
  if (over) {
    tracks_.close_all(finished_);
    closed_all_ = true;
  } else {
    // While a live camera may still be connected, a pause of the network does not mean that people have left:
    // its tracks wait for the stream's own time.
    const Nanoseconds silent = now - last_delivery_.load();
    if (is_live_ && silent <= from_seconds(camera_->settings.source.source_timeout)) return;
    tracks_.advance(last_stream_time() + silent, finished_);
  }
}

void Strand::hand_on() {
  for (track::Finished& finished : finished_) {
    if (finished.over) ++camera_->counters.tracks_closed;
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
  tracks_.to_encode(keep, to_encode_, encode_before());
  for (auto& image : to_encode_) order({camera_, EncodeEarly{std::move(image)}});
  to_encode_.clear();
}

// A moment must be taken from the main stream before it is no longer kept.
Nanoseconds Strand::encode_before() const noexcept {
  if (!camera_->main) return Nanoseconds::min();
  return last_stream_time() - from_seconds(camera_->settings.main_stream_seconds / 2);
}

void Strand::keep_open_tracks(SteadyTime now) {
  if (world_.journal_interval <= Nanoseconds::zero()) return;
  // Closed tracks go first: open ones are offered again.
  if (world_.orders.depth() > kMostOrdersForJournal) return;
  tracks_.to_journal(now, world_.journal_interval, to_journal_);
  for (auto& track : to_journal_) order({camera_, KeepSoFar{std::move(track)}});
  to_journal_.clear();
}

void Strand::order(ShotOrder shot_order) {
  auto refused = world_.orders.push(std::move(shot_order));
  if (!refused) return;
  if (const auto* const early = std::get_if<EncodeEarly>(&refused->what)) {
    return tracks_.offer_again(*early->image);
  }
  if (std::holds_alternative<KeepSoFar>(refused->what)) return;  // it is offered again
  if (world_.ledger != nullptr) world_.ledger->note_lost();
  if (camera_->counters.not_posted(domain::Reason::shed) == 0) {  // logged once: there may be many
    log::error("{}: a face is given up: thousands of shots wait for the disk",
               log::CameraName{camera_->name()});
  }
}

void Strand::finish_turn(SteadyTime begun) {
  const Nanoseconds took = world_.clock.now() - begun;
  place_.share.charge(took);
  if (is_live_ && !was_late_) {  // a camera that has just woken has work saved up, which is soon done
    world_.load.add_busy(took);
    busy_.fetch_add(took.count(), std::memory_order_relaxed);
  }
  if (closed_all_) {
    drained_.store(true, std::memory_order_release);  // last: from here on the strand may be destroyed
    return;
  }
  {
    MutexLock lock(mutex_);
    if (waiting_.empty() && !ended_) {
      // From here on another worker may have it.
      scheduled_.store(false, std::memory_order_release);
      return;
    }
  }
  world_.turns.push(*this);
}

}  // namespace vigia::pipeline
