#include "track/stitch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigia::track {
namespace {

using namespace std::chrono_literals;

constexpr float kReach = 12.0F;       // squared standard deviations
constexpr float kBlinkReach = 16.0F;  // of a gap so short that the forecast is sharp
constexpr float kMostSizeRatio = 1.7F;
constexpr float kLeastSizeSigma = 0.2F;  // a size that is comparable is no argument
// Differences, see appearance/difference.h: after a blink only a face that plainly looks different is another
// person; if place and time agree especially well, a little more may differ.
constexpr float kAfterABlink = 0.76F;
constexpr float kForAShortGap = 0.06F, kForTheWay = 0.08F;
constexpr float kForEachSecond = 0.05F;  // beyond the first: another person has had time to come
constexpr float kForTheEdge = 0.1F;  // a person who left the picture seldom turns round; another one comes in
constexpr float kWalks = 0.8F, kWalksFast = 1.5F;  // face sizes a second
constexpr Nanoseconds kTurnsBackIn = 800ms;
constexpr Nanoseconds kTurnsRoundAtTheEdgeIn = 1200ms;
constexpr float kMostAlongTheEdge = 4.0F;  // face sizes: who turns round comes in where they left
constexpr float kForWhoStands = 0.12F;     // another person may have taken the place
constexpr float kStandsNear = 2.0F;        // face sizes: who stood there is not the one who stands over here
constexpr float kMostWithoutTorso = 0.64F;
constexpr float kOnItsWay = 4.0F;  // squared standard deviations, of a forecast ...
constexpr float kSharp = 1.0F;     // ... no vaguer than so many face sizes
// A path of less than a face size counts if both tracks agree on it.
constexpr float kSomeWay = 0.4F, kNearTheLast = 0.6F;
constexpr int kKnowsItsWay = 4;  // sightings
// Between equal differences the nearer place decides: weight of a squared standard deviation.
constexpr float kPlaceWeight = 0.004F;
// The score of a blink if no views can be taken.
constexpr float kUnseen = 0.1F;

constexpr float kStill = 0.5F;  // and of the same face at the same place

constexpr int kEnoughLooks = 3;  // after a gap; after a blink one has to do
constexpr Nanoseconds kSettledBy = 1s;

// True if one left by one side of the picture and the other came in by the opposite side: no person does both
// within seconds, however alike the two look.
bool went_round_the_camera(const Edges& left_by, const Edges& came_in_by) {
  return left_by.is_opposite(came_in_by) && !left_by.shares(came_in_by);
}

// How fast it moves outwards across these edges, in face sizes a second; across several, the highest speed.
float speed_out(const OpenTrack& open, const Edges& edges) {
  const domain::Point velocity = open.motion.velocity();
  float speed = std::numeric_limits<float>::lowest();
  if (edges.left) speed = std::max(speed, -velocity.x);
  if (edges.right) speed = std::max(speed, velocity.x);
  if (edges.top) speed = std::max(speed, -velocity.y);
  if (edges.bottom) speed = std::max(speed, velocity.y);
  return speed / mean_side(open.motion.last());
}

bool walks_out(const OpenTrack& earlier) {
  return speed_out(earlier, earlier.last_at) > kWalks;
}

// In face sizes a second.
float speed(const OpenTrack& open) {
  const domain::Point velocity = open.motion.velocity();
  return std::hypot(velocity.x, velocity.y) / mean_side(open.motion.last());
}
bool walks(const OpenTrack& open) {
  return speed(open) >= kWalks;
}
bool walks_fast(const OpenTrack& open) {
  return speed(open) >= kWalksFast;
}

// True if the newcomer does not walk on in the direction in which the other one left. Where somebody leaves
// as another one comes in, both are at the same place within a frame or two.
bool turned_round_at_the_edge(const OpenTrack& earlier, const OpenTrack& later, Nanoseconds unseen) {
  return unseen < kTurnsRoundAtTheEdgeIn && walks_out(earlier) && later.began_at.shares(earlier.last_at) &&
         speed_out(later, earlier.last_at) < -kWalks;
}

// Nobody turns back at walking speed in less than 0.8 s.
bool turns_back(const OpenTrack& earlier, const OpenTrack& later, Nanoseconds unseen) {
  if (unseen >= kTurnsBackIn || !walks_fast(earlier)) return false;
  const domain::Point out = earlier.motion.velocity(), back = later.motion.velocity();
  const float size = mean_side(later.first_box);
  return (out.x * back.x + out.y * back.y) / std::hypot(out.x, out.y) <= -kWalksFast * size;
}

// True if neither has moved so far, and both show the same face at the same place: one picture, or one person
// who sits. Two people who stand there one after the other may be alike in shape, and differ in colour.
bool is_the_same_still(const OpenTrack& earlier, const OpenTrack& later) {
  const bool is_alike = later.began > earlier.track->last_seen && earlier.movement() < OpenTrack::kHardly &&
                        later.movement() < OpenTrack::kHardly &&
                        shows_the_same(earlier.picture, later.picture);
  if (!is_alike || !earlier.views || !later.views) return is_alike;
  const auto looks = difference(*earlier.views, *later.views);
  return !looks || looks->value <= appearance::kSamePerson - kForWhoStands;
}

bool stands(const OpenTrack& open) {
  constexpr float kHardlyMoved = 0.25F;  // face sizes
  constexpr Nanoseconds kSeenFor = 150ms;
  return open.track->last_seen - open.began >= kSeenFor &&
         domain::distance(open.first_box.centre(), open.motion.last().centre()) <=
             kHardlyMoved * mean_side(open.first_box);
}

// True if the later track's own velocity says that it came from `last`.
bool came_from(const OpenTrack& later, domain::Point last, Nanoseconds unseen) {
  if (later.track->sightings < kKnowsItsWay) return false;
  const domain::Point velocity = later.motion.velocity();
  const auto seconds = static_cast<float>(to_seconds(unseen));
  const domain::Point first = later.first_box.centre();
  const domain::Point before{first.x - velocity.x * seconds, first.y - velocity.y * seconds};
  return domain::distance(before, last) <= kNearTheLast * mean_side(later.first_box);
}

bool comparable(float a, float b) {
  const float ratio = a / b;
  return ratio <= kMostSizeRatio && ratio >= 1 / kMostSizeRatio;  // false for NaN
}

// True if no more views will come, or the time to wait for them is over.
bool is_last_chance(const OpenTrack& open, Nanoseconds now, const Tempo& tempo) {
  return now - open.track->last_seen > tempo.blink() ||
         now - open.began >= std::max(kSettledBy, 2 * tempo.interval()) ||
         open.looks >= OpenTrack::kLooksToSettle;
}

bool fills(const OpenTrack& open, const Hole& hole) {
  return hole.explains(open.first_box, open.began) &&
         hole.explains(open.track->last_box, open.track->last_seen);
}

bool is_due(const OpenTrack& open, Nanoseconds now, const Tempo& tempo) {
  if (open.is_settled) return false;
  if (is_last_chance(open, now, tempo)) return true;
  return open.looks > open.looks_judged;
}

}  // namespace

std::optional<Gap> plausible_gap(const OpenTrack& earlier, const OpenTrack& later, const Tempo& tempo) {
  Gap gap{.unseen = later.began - earlier.track->last_seen};
  if (gap.unseen <= Nanoseconds::zero() || gap.unseen > tempo.longest_gap()) return std::nullopt;
  if (went_round_the_camera(earlier.last_at, later.began_at)) return std::nullopt;
  if (turned_round_at_the_edge(earlier, later, gap.unseen) || turns_back(earlier, later, gap.unseen)) {
    return std::nullopt;
  }
  Forecast expected = earlier.motion.forecast(later.began);
  const float size = mean_side(later.first_box);
  if (!comparable(size, expected.size) && !comparable(size, mean_side(earlier.motion.last()))) {
    return std::nullopt;
  }
  expected.size_sigma = std::max(expected.size_sigma, kLeastSizeSigma);
  const domain::Point last = earlier.motion.last().centre();
  gap.distance = expected.distance(later.first_box);
  const float way = domain::distance(expected.centre, last);
  gap.is_on_its_way =
      gap.distance <= kOnItsWay && expected.spread() <= kSharp &&
      (way > expected.size || (way > kSomeWay * expected.size && came_from(later, last, gap.unseen)));
  expected.centre = last;
  gap.distance = std::min(gap.distance, expected.distance(later.first_box));
  gap.stands = stands(later);
  if (gap.stands && !walks(earlier) &&
      domain::distance(later.first_box.centre(), last) > kStandsNear * size) {
    return std::nullopt;
  }
  gap.is_through_the_edge = earlier.last_at.any() && later.began_at.any();
  gap.is_a_blink = gap.unseen <= tempo.blink();
  gap.is_short = gap.unseen <= 2 * tempo.blink();
  const bool is_elsewhere = domain::distance(later.first_box.centre(), last) > kMostAlongTheEdge * size;
  if (gap.is_through_the_edge && is_elsewhere && !gap.is_on_its_way) return std::nullopt;
  if (!(gap.distance <= (gap.is_a_blink ? kBlinkReach : kReach))) return std::nullopt;
  return gap;
}

float sameness(const Gap& gap, const std::optional<appearance::Difference>& looks) {
  const float place = kPlaceWeight * gap.distance;
  if (!looks) return gap.is_a_blink ? kUnseen - place : 0;
  const float way = gap.is_on_its_way ? kForTheWay : 0;
  if (gap.is_a_blink) return kAfterABlink + way - place - looks->value;
  const float long_after = std::max(0.0F, static_cast<float>(to_seconds(gap.unseen)) - 1) * kForEachSecond;
  const bool is_doubtful = gap.is_through_the_edge && !gap.is_short;
  const float stricter = gap.stands ? kForWhoStands : is_doubtful ? kForTheEdge : 0;
  const float limit =
      appearance::kSamePerson + (gap.is_short ? kForAShortGap : 0) + way - long_after - stricter;
  return (looks->torso ? limit : std::min(limit, kMostWithoutTorso)) - place - looks->value;
}

std::span<const Stitcher::Match> Stitcher::settle(std::span<OpenTrack> open, Nanoseconds now,
                                                  const Tempo& tempo, bool at_the_end) {
  newcomers_.clear();
  matches_.clear();
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (is_due(open[i], now, tempo) || (at_the_end && !open[i].is_settled)) newcomers_.push_back(i);
  }
  if (newcomers_.empty()) return matches_;
  pairs_.clear();
  for (std::size_t i = 0; i < newcomers_.size(); ++i) judge(open, i, tempo);
  const std::span<const int> who = assigner_.assign(newcomers_.size(), open.size(), pairs_);
  for (std::size_t i = newcomers_.size(); i-- > 0;) {
    OpenTrack& newcomer = open[newcomers_[i]];
    newcomer.looks_judged = newcomer.looks;
    newcomer.is_settled = who[i] != Assigner::kNobody || at_the_end || is_last_chance(newcomer, now, tempo);
    if (who[i] != Assigner::kNobody) {
      matches_.push_back({static_cast<std::size_t>(who[i]), newcomers_[i]});
    }
  }
  return matches_;
}

std::optional<Stitcher::Match> Stitcher::filler(std::span<const OpenTrack> open, int most_sightings) {
  for (std::size_t i = 0; i < open.size(); ++i) {
    for (std::size_t j = 0; open[i].hole.until > Nanoseconds::zero() && j < open.size(); ++j) {
      const int together = open[i].track->sightings + open[j].track->sightings;
      const bool is_too_long = most_sightings > 0 && together > most_sightings;
      if (i != j && !is_too_long && fills(open[j], open[i].hole)) return Match{i, j};
    }
  }
  return std::nullopt;
}

void Stitcher::judge(std::span<const OpenTrack> open, std::size_t newcomer, const Tempo& tempo) {
  const OpenTrack& later = open[newcomers_[newcomer]];
  const bool has_enough_looks =
      later.looks >= kEnoughLooks || tempo.is_slow() || later.track->last_seen < tempo.last();
  for (std::size_t i = 0; i < open.size(); ++i) {
    const OpenTrack& earlier = open[i];
    if (later.certainly_not == earlier.track->id) continue;
    if (is_the_same_still(earlier, later)) {
      pairs_.push_back({newcomer, i, kStill});
      continue;
    }
    const auto gap = i == newcomers_[newcomer] ? std::nullopt : plausible_gap(earlier, later, tempo);
    if (!gap || (!gap->is_a_blink && !has_enough_looks)) continue;
    // Which way the newcomer goes is not known yet.
    const bool depends_on_it = (gap->is_through_the_edge && walks_out(earlier)) ||
                               (!tempo.is_slow() && gap->unseen < kTurnsBackIn && walks_fast(earlier) &&
                                later.track->last_seen == tempo.last());
    if (depends_on_it && later.track->sightings < kKnowsItsWay) continue;
    std::optional<appearance::Difference> looks;
    if (earlier.views && later.views) looks = difference(*earlier.views, *later.views);
    pairs_.push_back({newcomer, i, sameness(*gap, looks)});
  }
}

}  // namespace vigia::track
