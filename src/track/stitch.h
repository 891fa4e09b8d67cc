// Is somebody who has just appeared a person who was lost a moment ago? Place and time say who comes into
// question, appearance says who it is.
//
// A place is plausible within kReach of the lost track's forecast, or of the place where it was last seen
// (people stop behind a pillar), at a comparable size. What decides:
//   - seen again after a blink, where expected: the same, unless it plainly looks like somebody else;
//   - after a gap: the same only if it looks the same, judged more strictly where the torso is hidden;
//   - nothing to compare: the same only after a blink;
//   - in hindsight: who was seen only while another was not, just where that one's way led, is that one.
// In doubt they stay two: see join.h. The thresholds are appearance/'s, measured there.
//
// A newcomer is asked who it is after a few looks (on a slow camera after the first), again with each further
// one, and has its answer within a second, or two frames.
// Cost: nothing while nobody is new; 10 to 20 us for each pair that comes into question.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "appearance/difference.h"
#include "base/clock.h"
#include "track/assign.h"
#include "track/open_track.h"
#include "track/tempo.h"

namespace vigia::track {

struct Gap {
  Nanoseconds unseen{0};
  float distance = 0;  // see Forecast::distance(); of the forecast or the last place, whichever is nearer
  bool is_a_blink = false;  // so short that nobody else can well have come
  bool is_short = false;    // not much longer
  // Found where the walk led, and not where somebody else may simply have come next.
  bool is_on_its_way = false;
  bool stands = false;               // the later one, so far: as the next of a queue does
  bool is_through_the_edge = false;  // one left by the picture's edge, one came in by it
};

// Nothing: `later` cannot be the person of `earlier`.
[[nodiscard]] std::optional<Gap> plausible_gap(const OpenTrack& earlier, const OpenTrack& later,
                                               const Tempo& tempo);

// > 0: the same person; the larger, the surer.
[[nodiscard]] float sameness(const Gap& gap, const std::optional<appearance::Difference>& looks);

class Stitcher {
 public:
  struct Match {
    std::size_t earlier, later;  // of the open tracks: the same person
  };

  // Asks all newcomers who are due who they are, together, as two of them cannot be the same person; those
  // that have their answer are settled. Matches come in the order in which they can be carried out: the
  // latest first. Valid until the next call. at_the_end: no more will be seen.
  [[nodiscard]] std::span<const Match> settle(std::span<OpenTrack> open, Nanoseconds now, const Tempo& tempo,
                                              bool at_the_end);

  // In hindsight: `later` was seen only while `earlier` was not, just where that one's way led. One at a
  // time; none where both together have more than so many sightings, 0: any number.
  [[nodiscard]] static std::optional<Match> filler(std::span<const OpenTrack> open, int most_sightings);

 private:
  void judge(std::span<const OpenTrack> open, std::size_t newcomer, const Tempo& tempo);

  std::vector<std::size_t> newcomers_;
  std::vector<Pair> pairs_;
  Assigner assigner_;
  std::vector<Match> matches_;
};

}  // namespace vigia::track
