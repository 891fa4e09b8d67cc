// The figures for the people of a film: who was delivered, and how well their faces were joined.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/people_truth.h"

namespace vigia::bench {

// One shot that was handed out.
struct Delivered {
  Nanoseconds stream_time{0};
  domain::Box face;  // in the frame's pixels
  std::uint64_t track = 0;
};

// A detection of a person, and the track that it went to.
struct Joined {
  int who = 0;
  std::uint64_t track = 0;  // 0: none
};

struct PeopleDelivered {
  int people = 0, delivered = 0;
  int again = 0;    // shots of a person beyond the first
  int nobody = 0;   // shots of a picture, or of no known face
  double size = 0;  // height of the largest face delivered, of the largest visible; mean over the delivered
  std::vector<std::string> lost;  // the names

  [[nodiscard]] int lost_count() const { return static_cast<int>(lost.size()); }
  // Another film's.
  void add(const PeopleDelivered& other);
};

PeopleDelivered score_delivery(const Truth& truth, std::span<const Delivered> shots);

// idf1: of the one-to-one matching of people to tracks that explains most detections, 2 x those explained /
// (detections + detections in tracks): Ristani et al., Performance Measures and a Data Set for Multi-Target,
// Multi-Camera Tracking, 2016, where the detections are the truth: what the detector missed does not count.
// A track holds the person of most of its detections, and everybody of whom it has kFew or a fifth of all: a
// stray detection is only a switch.
struct JoiningFigures {
  std::size_t detections = 0;
  int people = 0;  // of whom there are detections
  double idf1 = 0;
  int switches = 0;   // a person's next detection is in another track than the one before
  int fragments = 0;  // tracks that hold a person, beyond the first, over all people
  int merges = 0;     // people that a track holds, beyond the first, over all tracks
  double tracks_per_person = 0;
};

inline constexpr int kFew = 5;

// In the order of frames.
JoiningFigures score_joining(std::span<const Joined> detections);

}  // namespace vigia::bench
