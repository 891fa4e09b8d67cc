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
  const auto is_better_than = [](const OpenTrack& one, const OpenTrack& other) {
    if (one.best_is_contested != other.best_is_contested) return other.best_is_contested;
    return one.track->best->sighting.quality.rank > other.track->best->sighting.quality.rank;
  };
  const bool is_better = from.best && (!into.best || is_better_than(later, earlier));
  const float posted = std::max(earlier.posted_rank, later.posted_rank);
  if (is_better) {
    if (!into.best) earlier.window_end = later.window_end;
    into.best = std::move(from.best);
    earlier.best_is_contested = later.best_is_contested;
    earlier.picture = later.picture;
    earlier.offered = later.offered;
  }
  // A shot handed out for either track was handed out for this person.
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

bool Hole::explains(const domain::Box& face, Nanoseconds at) const noexcept {
  constexpr float kNear = 0.5F, kLeastWay = 0.5F;  // face sizes
  constexpr float kMostSizeRatio = 1.5F;
  // A person who passes before one who stands is seen on their own path for longer than this.
  constexpr Nanoseconds kShort = std::chrono::milliseconds(400);
  if (at <= from || at >= until) return false;
  const auto part = static_cast<float>(to_seconds(at - from) / to_seconds(until - from));
  const domain::Point a = before.centre();
  const domain::Point b = after.centre();
  const domain::Point expected{a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
  const float size = mean_side(before) + part * (mean_side(after) - mean_side(before));
  const float ratio = mean_side(face) / size;
  const bool is_telling = until - from <= kShort || domain::distance(a, b) >= kLeastWay * size;
  return is_telling && domain::distance(expected, face.centre()) <= kNear * size && ratio <= kMostSizeRatio &&
         ratio >= 1 / kMostSizeRatio;
}

void OpenTrack::note_hole(const Hole& found, Nanoseconds interval) noexcept {
  if (found.until - found.from > interval * 3 / 2) hole = found;
}

OpenTrack divide(OpenTrack& open, const Turnabout::Turn& turn, std::unique_ptr<Track> facts) {
  Track& track = *open.track;
  OpenTrack other(std::move(facts), turn.after.box, turn.after.time);
  Track& into = *other.track;
  other.certainly_not = track.id;
  other.motion = open.motion;
  other.strong = open.strong - turn.before.strong;
  other.best_score = open.best_score;
  other.last_at = open.last_at;
  into.first_seen = turn.after.time;
  into.last_seen = track.last_seen;
  into.last_box = track.last_box;
  into.sightings = track.sightings - turn.before.sightings;
  other.path.update(into.last_box, into.last_seen);
  into.movement = other.movement();
  if (track.best && track.best->stream_time > turn.before.time) {
    into.best = std::exchange(track.best, std::nullopt);
    other.best_is_contested = open.best_is_contested;
    other.window_end = open.window_end;
    other.picture = open.picture;
    other.offered = std::exchange(open.offered, false);
  }
  open.motion = *turn.before.motion;
  open.strong = turn.before.strong;
  track.last_seen = turn.before.time;
  track.last_box = turn.before.box;
  track.sightings = turn.before.sightings;
  open.turnabout.clear();
  return other;
}

void absorb_hole(OpenTrack& open, OpenTrack& within) {
  Track& into = *open.track;
  Track& from = *within.track;
  into.joined.push_back(from.id);
  into.joined.insert(into.joined.end(), from.joined.begin(), from.joined.end());
  into.sightings += from.sightings;
  into.already_posted |= from.already_posted;
  open.posted_rank = std::max(open.posted_rank, within.posted_rank);
  open.strong += within.strong;
  if (into.best || into.already_posted || !from.best) return;
  into.best = std::move(from.best);
  into.best_rejected.reset();
  open.best_is_contested = true;
  open.window_end = within.window_end;
  open.picture = within.picture;
  open.offered = within.offered;
}

Edges touched_edges(const domain::Box& face, domain::Size frame) noexcept {
  constexpr float kNear = 0.3F;  // face widths
  const float margin = kNear * face.width;
  Edges touched;
  touched.left = face.left < margin;
  touched.top = face.top < margin;
  touched.right = face.right() > static_cast<float>(frame.width) - margin;
  touched.bottom = face.bottom() > static_cast<float>(frame.height) - margin;
  return touched;
}

void absorb(OpenTrack& earlier, OpenTrack& later, Nanoseconds interval) {
  Track& into = *earlier.track;
  Track& from = *later.track;
  into.joined.push_back(from.id);
  into.joined.insert(into.joined.end(), from.joined.begin(), from.joined.end());
  into.sightings += from.sightings;
  earlier.note_hole({into.last_seen, later.began, into.last_box, later.first_box}, interval);
  into.last_seen = from.last_seen;
  earlier.turnabout = later.turnabout;
  earlier.last_at = later.last_at;
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
  // The velocity of a track of a few sightings is not known yet; its path so far shows the direction.
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
