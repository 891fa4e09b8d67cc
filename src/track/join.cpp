#include "track/join.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace vigia::track {
namespace {

using domain::Box;

constexpr float kCentreReach = 0.07F;    // of the frame's diagonal
constexpr float kSideRatio = 2.0F;       // the largest that the centre rule joins
constexpr float kLastPlaceTrust = 0.8F;  // of the last place, compared with the predicted one

bool comparable(const Box& a, const Box& b) noexcept {
  const float ratio = std::sqrt(a.area() / b.area());
  return ratio <= kSideRatio && ratio >= 1 / kSideRatio;  // false for NaN
}

}  // namespace

float overlap(const Box& a, const Box& b) noexcept {
  const float mean = (a.area() + b.area()) / 2;
  return mean > 0 ? domain::intersection_area(a, b) / mean : 0.0F;
}

float overlap_threshold(double wanted, domain::Size frame) noexcept {
  if (wanted > 0) return static_cast<float>(wanted);
  const int side = std::max(frame.width, frame.height);
  if (side <= 640) return 0.2F;
  if (side <= 1280) return 0.15F;
  if (side <= 1920) return 0.12F;
  return 0.1F;
}

std::span<const int> Joiner::join(domain::Size frame, std::span<const Candidate> tracks,
                                  std::span<const domain::Sighting> faces) {
  track_of_face_.assign(faces.size(), kNoTrack);
  taken_.assign(tracks.size(), 0);
  join_by_overlap(overlap_threshold(threshold_, frame), tracks, faces);
  const float diagonal = std::hypot(static_cast<float>(frame.width), static_cast<float>(frame.height));
  join_by_centre(kCentreReach * diagonal, tracks, faces);
  return track_of_face_;
}

void Joiner::join_by_overlap(float threshold, std::span<const Candidate> tracks,
                             std::span<const domain::Sighting> faces) {
  pairs_.clear();
  for (std::size_t face = 0; face < faces.size(); ++face) {
    const Box& box = faces[face].detection.box;
    for (std::size_t track = 0; track < tracks.size(); ++track) {
      const float there = overlap(box, tracks[track].predicted);
      const float before = overlap(box, tracks[track].last);
      if (!(there >= threshold || before >= threshold)) continue;
      pairs_.push_back({-std::max(there, kLastPlaceTrust * before), face, track, box.left, box.top});
    }
  }
  take_best();
}

void Joiner::join_by_centre(float reach, std::span<const Candidate> tracks,
                            std::span<const domain::Sighting> faces) {
  pairs_.clear();
  for (std::size_t face = 0; face < faces.size(); ++face) {
    if (track_of_face_[face] != kNoTrack) continue;
    const Box& box = faces[face].detection.box;
    for (std::size_t track = 0; track < tracks.size(); ++track) {
      if (taken_[track] != 0 || !comparable(box, tracks[track].last)) continue;
      const float there = distance(box.centre(), tracks[track].predicted.centre());
      const float before = distance(box.centre(), tracks[track].last.centre());
      if (!(there <= reach || before <= reach)) continue;
      pairs_.push_back({std::min(there, before / kLastPlaceTrust), face, track, box.left, box.top});
    }
  }
  take_best();
}

void Joiner::take_best() {
  std::ranges::sort(pairs_, {},
                    [](const Pair& pair) { return std::tuple(pair.cost, pair.track, pair.left, pair.top); });
  for (const Pair& pair : pairs_) {
    if (taken_[pair.track] != 0 || track_of_face_[pair.face] != kNoTrack) continue;
    taken_[pair.track] = 1;
    track_of_face_[pair.face] = static_cast<int>(pair.track);
  }
}

}  // namespace vigia::track
