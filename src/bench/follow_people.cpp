#include "bench/follow_people.h"

#include <utility>

namespace vigia::bench {
namespace {

// The number of a camera's buffers, less one for the frame at hand: see camera/picture_pool.h.
constexpr std::size_t kMostFramesHeld = 8;

}  // namespace

FollowPeople::FollowPeople(const Truth& truth, const settings::CameraSettings& camera, double sure,
                           detect::Detector* detector, memory::MemoryManager& memory)
    : truth_(truth),
      camera_(camera),
      sure_(static_cast<float>(sure)),
      detector_(detector),
      shot_camera_{camera.spec, camera.shot, memory.budget().open(camera.spec.name, memory::Kind::jpeg)},
      make_shot_(memory, encode_took_),
      grader_(camera.shot),
      gate_(camera.imotion_threshold),
      tracks_(camera.track, camera.shot.filter_min_movement, 0) {}

void FollowPeople::deliver(domain::Frame frame, const std::stop_token&) {
  if (error_ || frame.sequence % static_cast<std::uint64_t>(camera_.detector_step) != 0) return;
  tracks_.last_places(followed_);
  const auto view = gate_.where(frame, {camera_.rot.in(frame.size), camera_.shot.filter_min_size}, followed_);
  if (!view) return;
  if (Status done = detect::detect_fully(*detector_, frame, *view, detected_); !done) {
    error_ = done.error();
    return;
  }
  grader_.grade_all(detected_, frame, sure_, sightings_);
  truth_.who_are(truth_.frame_at(frame.stream_time), detected_, who_);
  take(frame, sightings_, who_);
}

void FollowPeople::take(const domain::Frame& frame, std::span<const domain::Sighting> sightings,
                        std::span<const std::optional<int>> who) {
  ++found_.frames;
  found_.detections += sightings.size();
  tracks_.update(frame, sightings, finished_);
  const auto ids = tracks_.ids();
  for (std::size_t i = 0; i < who.size(); ++i) {
    const bool counts = ids[i] != 0 || sightings[i].detection.score >= sure_;
    if (who[i] && counts) found_.joined.push_back({*who[i], ids[i]});
  }
  hand_on();
  if (detector_ != nullptr) bound_held_frames();
}

void FollowPeople::end() {
  tracks_.close_all(finished_);
  hand_on();
  for (Joined& one : found_.joined) one.track = first_of(one.track);
  for (Delivered& shot : found_.shots) shot.track = first_of(shot.track);
}

void FollowPeople::hand_on() {
  for (track::Finished& finished : finished_) {
    domain::Track& track = *finished.track;
    learn_who_is_one(track);
    if (finished.over) ++found_.tracks;
    if (detector_ == nullptr) continue;
    auto outcome = make_shot_.make(track, shot_camera_);
    if (const auto* const shot = std::get_if<domain::Shot>(&outcome)) {
      found_.shots.push_back({shot->stream_time, shot->face, shot->track});
    } else if (finished.over) {
      ++found_.not_posted[std::get<domain::Reason>(outcome)];
    }
  }
  finished_.clear();
}

// Frames that open tracks hold are the decoder's buffers.
void FollowPeople::bound_held_frames() {
  to_encode_.clear();
  tracks_.to_encode(kMostFramesHeld, to_encode_);
  for (const auto& image : to_encode_) make_shot_.encode_early(*image, shot_camera_);
}

void FollowPeople::learn_who_is_one(const domain::Track& track) {
  const auto link = [this](std::uint64_t one, std::uint64_t other) {
    const auto [first, later] = std::minmax({first_of(one), first_of(other)});
    if (first != later) part_of_[later] = first;
  };
  for (const std::uint64_t other : track.joined) link(track.id, other);
  if (track.continues != 0) link(track.id, track.continues);
}

std::uint64_t FollowPeople::first_of(std::uint64_t track) const {
  for (auto earlier = part_of_.find(track); earlier != part_of_.end(); earlier = part_of_.find(track)) {
    track = earlier->second;
  }
  return track;
}

}  // namespace vigia::bench
