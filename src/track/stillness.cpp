#include "track/stillness.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Box;
using domain::Frame;
using domain::Sighting;

// The distance in face sizes within which one face may cover the other; the least part of the best score.
constexpr float kNear = 0.8F, kAsSure = 0.92F;

bool is_near(const Box& a, const Box& b) {
  return std::abs(a.centre().x - b.centre().x) < kNear * (a.width + b.width) &&
         std::abs(a.centre().y - b.centre().y) < kNear * (a.height + b.height);
}

// True if nobody is near it and the detector is as sure as before: then its changes are its own.
bool is_clear(const OpenTrack& open, const Sighting& face, std::span<const Sighting> faces) {
  if (face.detection.score < kAsSure * open.best_score) return false;
  return std::ranges::none_of(faces, [&](const Sighting& other) {
    return &other != &face && is_near(other.detection.box, face.detection.box);
  });
}

}  // namespace

void Stillness::watch(OpenTrack& open, const Sighting& face, const Frame& frame,
                      std::span<const Sighting> faces) const {
  if (open.picture.empty()) open.picture = take_picture(frame, face.detection.box);
  if (!is_clear(open, face, faces)) return;
  // Once it has moved, life need not be measured any more.
  if (open.track->movement < std::max(min_movement_, OpenTrack::kHardly)) {
    open.life->see(frame, face.detection, frame.stream_time);
  }
  // The first sighting may have been half a face: a higher score now shows how sure the detector can be.
  if (open.clear_score < kAsSure * face.detection.score) open.clear_path.reset();
  open.clear_score = std::min(open.clear_path ? open.clear_score : 1, face.detection.score);
  if (open.clear_path) {
    open.clear_path->update(face.detection.box, frame.stream_time);
  } else {
    open.clear_path.emplace(face.detection.box, frame.stream_time);
  }
}

bool Stillness::is_still(const OpenTrack& open, std::span<const OpenTrack> all, Nanoseconds now) const {
  if (has_moved(open)) return false;
  if (open.track->movement >= OpenTrack::kHardly) return true;
  if (open.picture.empty()) return open.track->sightings > 1 || open.track->continues != 0;
  if (open.watched() >= OpenTrack::kSurely || places_.holds(open.picture, now)) return true;
  return std::ranges::any_of(all, [&](const OpenTrack& other) {
    return &other != &open && other.track && other.movement() < OpenTrack::kHardly &&
           shows_the_same(other.picture, open.picture);
  });
}

void Stillness::look_back(OpenTrack& open, const Frame& frame, std::span<const Sighting> faces) const {
  if (open.picture.empty() || open.movement() >= OpenTrack::kHardly) return;
  const Box& box = open.picture.box;
  const bool is_covered =
      std::ranges::any_of(faces, [&](const Sighting& face) { return is_near(face.detection.box, box); });
  if (!is_covered) open.picture_stays = shows_the_same(open.picture, take_picture(frame, box));
}

void Stillness::remember(const OpenTrack& open) {
  if (has_moved(open)) {
    places_.forget(open.picture);
  } else if (open.watched() >= OpenTrack::kSurely || open.picture_stays ||
             places_.holds(open.picture, open.track->last_seen)) {
    places_.remember(open.picture, open.track->last_seen);
  }
}

}  // namespace vigia::track
