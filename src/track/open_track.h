// A track that is not over: what is known of the person, and what could be posted. Two of them that turn out
// to be one person become one: absorb().
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

namespace vigia::track {

// Looks at one person, charged to the camera's account.
struct Views : appearance::Views {
  memory::Charge charge;
};

// While somebody was not seen: from where they were to where they were found again. A value of zeros: never.
struct Hole {
  Nanoseconds from{0}, until{0};
  domain::Box before, after;

  // A face that was seen only meanwhile, `at` that time, and just where the way led.
  [[nodiscard]] bool explains(const domain::Box& face, Nanoseconds at) const noexcept;
};

struct OpenTrack {
  OpenTrack(std::unique_ptr<domain::Track> facts, const domain::Box& box, Nanoseconds now)
      : track(std::move(facts)), motion(box, now), path(box, now), first_box(box), began(now) {}

  std::unique_ptr<domain::Track> track;
  Motion motion;
  MovementExtent path;                       // of all sightings, and ...
  std::optional<MovementExtent> clear_path;  // ... of those with nobody near it, none of them
  float clear_score = 1;                     // with a lower score
  Hole hole;                                 // the last one
  domain::Box first_box;
  Nanoseconds began{0};
  bool is_settled = true;  // false: whether it is somebody who was here before, is not decided yet
  int strong = 0;          // sightings that the detector was sure of
  float best_score = 0;

  static constexpr int kLooksToSettle = 10;
  std::unique_ptr<Views> views;  // none yet: nobody has looked
  Nanoseconds looked{0};         // when a view was last taken
  int looks = 0;                 // since `began`, and ...
  int looks_judged = 0;          // ... so many when it was last asked who it is

  std::unique_ptr<Liveness> life = std::make_unique<Liveness>();
  float life_before = 0;  // of earlier stretches, with how long they were watched
  Nanoseconds watched_before{0};
  StillPicture picture;  // of the best face, or the first

  bool best_is_contested = false;  // the best face was seen where somebody else was expected too
  bool began_at_edge = false, is_at_edge = false;  // of the picture: the first face, and the last one

  float posted_rank = -1;     // the best handed out for this person; < 0: none was
  Nanoseconds window_end{0};  // real-time mode: when `best` may go out
  bool offered = false;       // `best` was given by to_encode()
  SteadyTime journal_at{};    // next; the epoch: to_journal() has not seen it yet
  bool in_journal = false;    // to_journal() gave a best shot

  // Seen again: a hole, unless it is but the time from one frame to the next.
  void note_hole(const Hole& found, Nanoseconds interval) noexcept;

  // How far the face went, or changed as a living one does, in face widths. A face that is half covered by
  // somebody who passes seems to go a part of its width: what was seen among others counts from kPlainly on.
  static constexpr float kPlainly = 0.6F;
  [[nodiscard]] float movement() const noexcept {
    const float all = path.movement();
    return std::max(
        {clear_path ? clear_path->movement() : 0, life->life(), life_before, all >= kPlainly ? all : 0});
  }
  // It has not been seen to move or to live, and was not watched for long: kSurely says how long is long.
  static constexpr float kHardly = 0.1F;
  static constexpr Nanoseconds kSurely = std::chrono::seconds(6);
  [[nodiscard]] bool is_undecided() const noexcept {
    return !picture.empty() && movement() < kHardly && watched() < kSurely;
  }
  [[nodiscard]] Nanoseconds watched() const noexcept { return watched_before + life->watched(); }
};

// Cut by the picture's edge, or nearly: where people come and go.
[[nodiscard]] bool touches_edge(const domain::Box& face, domain::Size frame) noexcept;

// `within` is a stretch of the same person in a hole of the track: what it counted is taken over, and its
// best shot only where the track has none.
void absorb_hole(OpenTrack& open, OpenTrack& within);

// Takes over what a later stretch of the same person brings: place, views, best shot, counters. `later` is
// empty then, but for its track's id and what nobody wants of it any more. interval: between two frames.
void absorb(OpenTrack& earlier, OpenTrack& later, Nanoseconds interval);

}  // namespace vigia::track
