// Decides which face of this frame belongs to which track in view: the best assignment of all sure pairs.
//
// 1. Faces the detector is sure of, and tracks: a pair is considered within kGate of the track's forecast.
//    Its gain is the rest of kGate, less for a track whose forecast is vague. The sum of gains decides, not
//    the nearest pair first.
// 2. Weak detections (domain::Sighting::weak) continue tracks that found no face in 1., from nearer and only
//    over the forecast place, and never begin one (ByteTrack's second stage, Zhang et al. 2022).
//
// When in doubt nothing is joined: a face that may belong to a track, but not surely, begins a new track, and
// stitch.h decides later who it is. The same holds for a face at the edge where a track has left the picture
// (Candidate::has_left). A duplicate can be repaired, a merged person is lost. Only if no views can be taken
// (recorded boxes without pictures) does the place alone decide.
//
// Guarantee: a track gets at most one face, a face goes to at most one track, and the outcome does not
// depend on the order in which the detector gave the faces.
// Cost: faces x tracks comparisons; the memory is kept from call to call. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "domain/sighting.h"
#include "track/assign.h"
#include "track/motion.h"

namespace vigia::track {

struct Candidate {
  Forecast forecast;
  bool can_ask = false;  // stitch.h can decide later who it is: join only sure pairs
  // The forecast is outside the picture: a face at that edge may be another person coming in, so it begins a
  // track.
  bool has_left = false;
  // Where it was seen in the last frame, at most kMoment ago. A face just there is surely the same, also if
  // the forecast of a track of one sighting is vague. After a missed frame it may be a person who passes.
  std::optional<domain::Box> just_seen{};
};

inline constexpr Nanoseconds kMoment = std::chrono::milliseconds(250);
inline constexpr int kNoTrack = Assigner::kNobody;
// Squared standard deviations, see Forecast::distance(). Beyond kGate there is no pair; within kSure, if the
// forecast is not vaguer than kSureSpread face sizes, the pair is sure.
inline constexpr float kGate = 20.0F, kSure = 14.0F, kSureSpread = 0.45F;

// True if a face lies where a track is expected: if that is another person's track, the face may be theirs.
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
