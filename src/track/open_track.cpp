#include "track/open_track.h"

#include <algorithm>
#include <utility>

#include "track/take_thumbnail.h"

namespace vigia::track {
namespace {

using domain::Track;

void absorb_shots(OpenTrack& earlier, OpenTrack& later) {
  Track& into = *earlier.track;
  Track& from = *later.track;
  const bool is_better =
      from.best && (!into.best || from.best->sighting.quality.rank > into.best->sighting.quality.rank);
  const float posted = std::max(earlier.posted_rank, later.posted_rank);
  if (is_better) {
    if (!into.best) earlier.window_end = later.window_end;
    into.best = std::move(from.best);
    earlier.picture = later.picture;
    earlier.offered = later.offered;
  }
  // What was handed out for either of them was handed out for this person.
  const bool is_old_news = into.best && posted >= into.best->sighting.quality.rank;
  if (is_old_news) into.best.reset();
  earlier.posted_rank = posted;
  into.already_posted |= from.already_posted;
  if (into.best || into.already_posted) {
    into.best_rejected.reset();
  } else if (from.best_rejected &&
             (!into.best_rejected || from.best_rejected->quality.rank > into.best_rejected->quality.rank)) {
    into.best_rejected = from.best_rejected;
  }
  if (into.thumbnail && from.thumbnail && shows_better(from.thumbnail->sighting, into.thumbnail->sighting)) {
    std::swap(into.thumbnail, from.thumbnail);
  }
}

}  // namespace

void absorb(OpenTrack& earlier, OpenTrack& later, Nanoseconds interval) {
  Track& into = *earlier.track;
  Track& from = *later.track;
  into.joined.push_back(from.id);
  into.joined.insert(into.joined.end(), from.joined.begin(), from.joined.end());
  into.sightings += from.sightings;
  into.last_seen = from.last_seen;
  into.last_box = from.last_box;
  absorb_shots(earlier, later);
  earlier.path.append(later.path);
  if (earlier.clear_path && later.clear_path) {
    earlier.clear_path->append(*later.clear_path);
    earlier.clear_score = std::min(earlier.clear_score, later.clear_score);
  } else if (later.clear_path) {
    earlier.clear_path = later.clear_path;
    earlier.clear_score = later.clear_score;
  }
  earlier.life_before = std::max({earlier.life_before, earlier.life->life(), later.life_before});
  earlier.watched_before = earlier.watched() + later.watched_before;
  earlier.life = std::move(later.life);
  into.movement = earlier.movement();
  // A stretch of a few sightings knows nothing of its velocity yet; the way it has come does.
  constexpr int kKnowsItsWay = 5;
  if (from.sightings >= kKnowsItsWay) {
    earlier.motion = later.motion;
  } else {
    earlier.motion.update(later.motion.last(), later.motion.last_seen(), interval);
  }
  earlier.strong += later.strong;
  earlier.best_score = std::max(earlier.best_score, later.best_score);
  if (later.views && earlier.views) {
    for (std::size_t i = 0; i < later.views->size(); ++i) earlier.views->add((*later.views)[i]);
  }
  if (!earlier.views) std::swap(earlier.views, later.views);
  earlier.looked = later.looked;
  earlier.looks = later.looks;
}

}  // namespace vigia::track
