// A track that is not over: the facts about the person, and the shot that could be posted. absorb() joins two
// that turn out to be one person.
// Threads: one thread at a time, the camera's strand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "appearance/difference.h"
#include "base/clock.h"
#include "domain/frame.h"
#include "domain/sighting.h"
#include "domain/track.h"
#include "memory/budget.h"
#include "track/liveness.h"
#include "track/motion.h"
#include "track/movement_extent.h"
#include "track/still_places.h"
#include "track/turnabout.h"

namespace vigia::track {

// Views of one person, charged to the camera's account.
struct Views : appearance::Views {
  memory::Charge charge;
};

// Edges of the picture.
struct Edges {
  bool left = false, top = false, right = false, bottom = false;

  [[nodiscard]] bool any() const noexcept { return left || top || right || bottom; }
  // True if they touch opposite sides of the picture.
  [[nodiscard]] bool is_opposite(const Edges& other) const noexcept {
    return (left && other.right) || (right && other.left) || (top && other.bottom) || (bottom && other.top);
  }
  [[nodiscard]] bool shares(const Edges& other) const noexcept {
    return (left && other.left) || (right && other.right) || (top && other.top) || (bottom && other.bottom);
  }
};

// A time in which the person was not seen: where they were before and after it. All zeros: there was none.
struct Hole {
  Nanoseconds from{0}, until{0};
  domain::Box before, after;

  // True for a face that was seen `at` a time inside the hole, exactly on the path through it.
  [[nodiscard]] bool explains(const domain::Box& face, Nanoseconds at) const noexcept;
};

struct OpenTrack {
  OpenTrack(std::unique_ptr<domain::Track> facts, const domain::Box& box, Nanoseconds now)
      : track(std::move(facts)), motion(box, now), path(box, now), first_box(box), began(now) {}

  std::unique_ptr<domain::Track> track;
  Motion motion;
  MovementExtent path;                       // of all sightings, and ...
  std::optional<MovementExtent> clear_path;  // ... of those with nobody near; none yet: nothing
  float clear_score = 1;                     // with a lower score
  Hole hole;                                 // the last one
  domain::Box first_box;
  Nanoseconds began{0};
  bool is_settled = true;  // false: a newcomer; it may be a person who was lost before
  int strong = 0;          // sightings that the detector was sure of
  float best_score = 0;

  static constexpr int kLooksToSettle = 10;
  std::unique_ptr<Views> views;  // null: no view was taken yet
  Nanoseconds looked{0};         // when a view was last taken
  int looks = 0;                 // views taken since `began`, and ...
  int looks_judged = 0;          // ... their number when stitch.h last judged it

  std::unique_ptr<Liveness> life = std::make_unique<Liveness>();
  float life_before = 0;  // of earlier stretches, with how long they were watched
  Nanoseconds watched_before{0};
  StillPicture picture;        // of the best face, or the first
  bool picture_stays = false;  // it was still there when the detector no longer found the face

  Turnabout turnabout;              // of all sightings
  std::uint64_t certainly_not = 0;  // the track of the person who went out of sight where this one began

  bool best_is_contested = false;  // the best face was seen where another person was expected too
  Edges began_at, last_at;         // the picture's edges that the first face touched, and the last one

  float posted_rank = -1;     // the best rank handed out for this person; < 0: none
  Nanoseconds window_end{0};  // real-time mode: when `best` may go out
  bool offered = false;       // `best` was given by to_encode()
  SteadyTime journal_at{};    // when it is due next; the epoch: to_journal() has not seen it yet
  bool in_journal = false;    // to_journal() gave a best shot

  // Notes a hole when the person is seen again, unless it is just the time from one frame to the next.
  void note_hole(const Hole& found, Nanoseconds interval) noexcept;

  // The movement: how far the face moved, or changed as a living one does, in face widths. A face that a
  // passing person half covers seems to move by a part of its width: movement seen with others near counts
  // from kPlainly on.
  static constexpr float kPlainly = 0.6F;
  [[nodiscard]] float movement() const noexcept {
    const float all = path.movement();
    return std::max(
        {clear_path ? clear_path->movement() : 0, life->life(), life_before, all >= kPlainly ? all : 0});
  }
  // True if it has not moved or lived so far, and has been watched for less than kSurely.
  static constexpr float kHardly = 0.1F;
  static constexpr Nanoseconds kSurely = std::chrono::seconds(6);
  [[nodiscard]] bool is_undecided() const noexcept {
    return !picture.empty() && movement() < kHardly && watched() < kSurely;
  }
  [[nodiscard]] Nanoseconds watched() const noexcept { return watched_before + life->watched(); }
};

// The edges that cut the face, or nearly do: where people come and go.
[[nodiscard]] Edges touched_edges(const domain::Box& face, domain::Size frame) noexcept;

// Divides a track whose path turned back where another person took it over: `open` becomes again what it was
// before the turn; returned is the other person's track, which begins after it, without views. A best shot
// that was taken since goes with it. facts: its own, new.
[[nodiscard]] OpenTrack divide(OpenTrack& open, const Turnabout::Turn& turn,
                               std::unique_ptr<domain::Track> facts);

// Joins `within`, a track of the same person during a hole of this one: takes over its counters, and its best
// shot only if this track has none.
void absorb_hole(OpenTrack& open, OpenTrack& within);

// Joins a later track of the same person: takes over place, views, best shot, counters. Of `later` only its
// track's id is valid afterwards. interval: between two frames.
void absorb(OpenTrack& earlier, OpenTrack& later, Nanoseconds interval);

}  // namespace vigia::track
