// Decides whether a newcomer is a person who was lost a moment ago. Place and time select the candidates,
// appearance decides.
//
// A place is plausible within kReach of the lost track's forecast, or of the place where it was last seen
// (people stop behind a pillar), at a comparable size. A person who left by the picture's edge comes back
// near that place, not by the opposite side, and not within a second. The rules:
//   - seen again after a blink where expected: the same, unless it plainly looks like another person;
//   - after a gap: the same only if it looks the same, judged more strictly if the torso is hidden;
//   - nothing to compare: the same only after a blink;
//   - in hindsight: a track seen only during another one's gap, exactly on that one's path, is the same
//   person.
// In doubt they stay two: see join.h. The thresholds are those of appearance/, measured there.
//
// A newcomer is judged after a few views (on a slow camera after the first), again with each further one, and
// settled within a second, or two frames.
// Cost: nothing while nobody is new; 10 to 20 us for each candidate pair.
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
  bool is_a_blink = false;  // so short that hardly anybody else can have come
  bool is_short = false;    // not much longer than a blink
  // The newcomer was found where the path led, not where the next person may simply have come.
  bool is_on_its_way = false;
  bool stands = false;               // the later one has stood still so far, like the next in a queue
  bool is_through_the_edge = false;  // one left by the picture's edge, the other came in by it
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

  // Judges all newcomers that are due, together, as two of them cannot be the same person, and settles those
  // that are decided. Matches come in the order in which they can be carried out: the latest first. Valid
  // until the next call. at_the_end: no more views will come.
  [[nodiscard]] std::span<const Match> settle(std::span<OpenTrack> open, Nanoseconds now, const Tempo& tempo,
                                              bool at_the_end);

  // The rule in hindsight: `later` was seen only during a gap of `earlier`, exactly on its path. One match at
  // a time; none if both together have more than most_sightings, 0: any number.
  [[nodiscard]] static std::optional<Match> filler(std::span<const OpenTrack> open, int most_sightings);

 private:
  void judge(std::span<const OpenTrack> open, std::size_t newcomer, const Tempo& tempo);

  std::vector<std::size_t> newcomers_;
  std::vector<Pair> pairs_;
  Assigner assigner_;
  std::vector<Match> matches_;
};

}  // namespace vigia::track
