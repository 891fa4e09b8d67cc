// Which face of this frame belongs to which open track: the predecessor's rules, best pairs first.
//
// 1. By overlap = intersection / mean of the two areas, at or above the threshold; the pair with the
//    largest overlap is joined first.
// 2. Of those left: the nearest centres, within 7 % of the frame's diagonal, when the sides differ by a
//    factor of 2 at most.
// Guarantee: a track gets at most one face, a face goes to at most one track, and the outcome does not
// depend on the order in which the detector gave the faces.
// Cost: faces x tracks comparisons and a sort of the pairs that come into question; the memory is kept
// from call to call. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "domain/geometry.h"
#include "domain/sighting.h"

namespace vigia::track {

// Where a track's face is looked for: at the place where it should be by now, and, a little less
// trusted, where it was seen last (it may have stopped behind the pillar).
struct Candidate {
  domain::Box predicted;
  domain::Box last;
};

inline constexpr int kNoTrack = -1;

// intersection / mean of the two areas, 0..1
[[nodiscard]] float overlap(const domain::Box& a, const domain::Box& b) noexcept;

// wanted: track_overlap_threshold; 0: by the longer side of the frame, <= 640: 0.2, <= 1280: 0.15,
// <= 1920: 0.12, else 0.1 (a face moves more pixels from frame to frame the larger the frame is).
[[nodiscard]] float overlap_threshold(double wanted, domain::Size frame) noexcept;

class Joiner {
 public:
  explicit Joiner(double track_overlap_threshold) : threshold_(track_overlap_threshold) {}

  // For each face the index of its track, or kNoTrack. Valid until the next call.
  [[nodiscard]] std::span<const int> join(domain::Size frame, std::span<const Candidate> tracks,
                                          std::span<const domain::Sighting> faces);

 private:
  struct Pair {
    float cost;  // smaller is better
    std::size_t face, track;
    float left, top;  // of the face: decides between equals, whatever the order of the faces
  };
  void join_by_overlap(float threshold, std::span<const Candidate> tracks,
                       std::span<const domain::Sighting> faces);
  void join_by_centre(float reach, std::span<const Candidate> tracks,
                      std::span<const domain::Sighting> faces);
  void take_best();

  const double threshold_;
  std::vector<Pair> pairs_;
  std::vector<int> track_of_face_;
  std::vector<char> taken_;  // by track
};

}  // namespace vigia::track
