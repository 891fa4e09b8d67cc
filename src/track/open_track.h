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
#include "track/path.h"
#include "track/still_places.h"

namespace vigia::track {

// Looks at one person, charged to the camera's account.
struct Views : appearance::Views {
  memory::Charge charge;
};

struct OpenTrack {
  OpenTrack(std::unique_ptr<domain::Track> facts, const domain::Box& box, Nanoseconds now)
      : track(std::move(facts)), motion(box, now), path(box, now), first_box(box), began(now) {}

  std::unique_ptr<domain::Track> track;
  Motion motion;
  Path path;                       // of all sightings, and ...
  std::optional<Path> clear_path;  // ... of those with nobody near it, none of them
  float clear_score = 1;           // with a lower score
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

  float posted_rank = -1;     // the best handed out for this person; < 0: none was
  Nanoseconds window_end{0};  // real-time mode: when `best` may go out
  bool offered = false;       // `best` was given by to_encode()
  SteadyTime journal_at{};    // next; the epoch: to_journal() has not seen it yet
  bool in_journal = false;    // to_journal() gave a best shot

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

// Takes over what a later stretch of the same person brings: place, views, best shot, counters. `later` is
// empty then, but for its track's id and what nobody wants of it any more. interval: between two frames.
void absorb(OpenTrack& earlier, OpenTrack& later, Nanoseconds interval);

}  // namespace vigia::track
