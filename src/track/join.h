// Which face of this frame belongs to which track that is in view: the best assignment of all sure pairs.
//
// 1. Faces the detector is sure of, and tracks: a pair comes into question within kGate of the track's
//    forecast; its gain is what is left of kGate, less for a track whose forecast is vague. The sum of gains
//    decides, not the nearest pair first.
// 2. Weak detections (domain::Sighting::weak) continue tracks that found none of the first, from nearer and
//    only over the forecast place, and never begin one (ByteTrack's second stage, Zhang et al. 2022).
//
// When in doubt nothing is joined: a face that a track might have, but not surely, begins a new track, and
// who it is, is asked afterwards (stitch.h). A duplicate can be mended, a merged person is lost. Only where
// nobody can be looked at (recorded boxes without pictures) place alone has to do.
//
// Guarantee: a track gets at most one face, a face goes to at most one track, and the outcome does not
// depend on the order in which the detector gave the faces.
// Cost: faces x tracks comparisons; the memory is kept from call to call. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "domain/sighting.h"
#include "track/assign.h"
#include "track/motion.h"

namespace vigia::track {

struct Candidate {
  Forecast forecast;
  bool can_ask = false;  // who it is can be asked afterwards: joined only where that is not needed
};

inline constexpr int kNoTrack = Assigner::kNobody;
// Squared standard deviations, see Forecast::distance(). A pair beyond is none; within kSure, and where the
// forecast is not vaguer than kSureSpread face sizes, there is nothing to ask.
inline constexpr float kGate = 20.0F, kSure = 14.0F, kSureSpread = 0.45F;

// Whether a face lies where a track is expected: whose it is, is not sure if that is another's track.
[[nodiscard]] bool lies_over(const Forecast& forecast, const domain::Box& face);

class Joiner {
 public:
  // For each face the index of its track, or kNoTrack. Valid until the next call.
  [[nodiscard]] std::span<const int> join(std::span<const Candidate> tracks,
                                          std::span<const domain::Sighting> faces);

 private:
  void join_strong(std::span<const Candidate> tracks, std::span<const domain::Sighting> faces);
  void join_weak(std::span<const Candidate> tracks, std::span<const domain::Sighting> faces);
  void take(std::size_t faces, std::size_t tracks);

  Assigner assigner_;
  std::vector<Pair> pairs_;
  std::vector<int> track_of_face_;
  std::vector<char> taken_;  // by track
};

}  // namespace vigia::track
