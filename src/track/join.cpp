#include "track/join.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Box;
using domain::Sighting;

constexpr float kWeakGate = 9.0F;      // of a weak detection
constexpr float kWeakOverlap = 0.3F;   // with the forecast place, of the smaller box
constexpr float kUsualSpread = 0.08F;  // of a forecast one frame ahead

// The gain of a pair: the logarithm of its likelihood, up to a constant. A vague forecast fits every face a
// little and none well, so it must not take one from a track that expects it exactly there.
float gain_of(const Forecast& forecast, float distance) {
  const float vague = std::max(forecast.spread() / kUsualSpread, 1.0F);
  return kGate - distance - 4 * std::log(vague);
}

// True if the face is where the track was seen a moment ago.
bool is_there_still(const Candidate& track, const Box& face) {
  constexpr float kThere = 0.3F, kMostSizeRatio = 1.25F;  // face sizes
  if (!track.just_seen) return false;
  const float size = mean_side(*track.just_seen), ratio = mean_side(face) / size;
  return domain::distance(track.just_seen->centre(), face.centre()) <= kThere * size &&
         ratio <= kMostSizeRatio && ratio >= 1 / kMostSizeRatio;
}

bool is_sure(const Candidate& track, const Box& face, float distance) {
  const bool is_sharp = distance <= kSure && track.forecast.spread() <= kSureSpread;
  return is_sharp || is_there_still(track, face);
}

}  // namespace

bool lies_over(const Forecast& forecast, const Box& box) {
  const float side = forecast.size;
  const Box there{forecast.centre.x - side / 2, forecast.centre.y - side / 2, side, side};
  const float least = std::min(there.area(), box.area());
  return least > 0 && intersection_area(there, box) >= kWeakOverlap * least;
}

std::span<const int> Joiner::join(std::span<const Candidate> tracks, std::span<const Sighting> faces) {
  track_of_face_.assign(faces.size(), kNoTrack);
  taken_.assign(tracks.size(), 0);
  join_strong(tracks, faces);
  join_weak(tracks, faces);
  return track_of_face_;
}

void Joiner::join_strong(std::span<const Candidate> tracks, std::span<const Sighting> faces) {
  pairs_.clear();
  for (std::size_t face = 0; face < faces.size(); ++face) {
    if (faces[face].weak) continue;
    for (std::size_t track = 0; track < tracks.size(); ++track) {
      if (tracks[track].has_left) continue;
      const Forecast& forecast = tracks[track].forecast;
      const float distance = forecast.distance(faces[face].detection.box);
      if (!(distance <= kGate)) continue;
      const Box& box = faces[face].detection.box;
      if (tracks[track].can_ask && !is_sure(tracks[track], box, distance)) continue;
      pairs_.push_back({face, track, gain_of(forecast, distance)});
    }
  }
  take(faces.size(), tracks.size());
}

void Joiner::join_weak(std::span<const Candidate> tracks, std::span<const Sighting> faces) {
  pairs_.clear();
  for (std::size_t face = 0; face < faces.size(); ++face) {
    if (!faces[face].weak) continue;
    for (std::size_t track = 0; track < tracks.size(); ++track) {
      const Forecast& forecast = tracks[track].forecast;
      if (taken_[track] != 0 || tracks[track].has_left || forecast.spread() > kSureSpread) continue;
      const float distance = forecast.distance(faces[face].detection.box);
      if (!(distance <= kWeakGate) || !lies_over(forecast, faces[face].detection.box)) continue;
      pairs_.push_back({face, track, gain_of(forecast, distance)});
    }
  }
  take(faces.size(), tracks.size());
}

void Joiner::take(std::size_t faces, std::size_t tracks) {
  if (pairs_.empty()) return;
  const std::span<const int> partners = assigner_.assign(faces, tracks, pairs_);
  for (std::size_t face = 0; face < faces; ++face) {
    if (partners[face] == Assigner::kNobody) continue;
    track_of_face_[face] = partners[face];
    taken_[static_cast<std::size_t>(partners[face])] = 1;
  }
}

}  // namespace vigia::track
