#include "track/manage_tracks.h"

#include <algorithm>
#include <utility>

#include "track/copy_of_facts.h"
#include "track/stitch.h"
#include "track/take_thumbnail.h"

namespace vigia::track {
namespace {

using domain::BestShot;
using domain::Box;
using domain::Frame;
using domain::Reason;
using domain::ShotImage;
using domain::Sighting;
using domain::Track;

// How long a face that neither moved nor lived, and was not watched for long, waits to be seen again.
constexpr Nanoseconds kUndecided = std::chrono::seconds(10);
// The rank of a person who comes nearer rises with each frame: a new picture is taken only for this factor.
constexpr float kWorthIt = 1.02F;

bool is_outside(domain::Point place, domain::Size frame) noexcept {
  return place.x < 0 || place.y < 0 || place.x > static_cast<float>(frame.width) ||
         place.y > static_cast<float>(frame.height);
}

// One sighting with this score makes a track.
constexpr float kSureScore = 0.9F;

}  // namespace

ManageTracks::ManageTracks(const TrackOptions& options, double filter_min_movement, int camera,
                           std::shared_ptr<memory::Account> account, std::uint64_t tracks_before,
                           bool takes_thumbnails)
    : options_(options),
      camera_(camera),
      account_(std::move(account)),
      takes_thumbnails_(takes_thumbnails && account_ != nullptr),
      last_id_(tracks_before),
      tempo_(options.track_miss_interval, options.track_stitch_interval),
      looks_(account_),
      stillness_(filter_min_movement),
      silence_(options.silent_period) {}

void ManageTracks::update(const Frame& frame, std::span<const Sighting> faces, std::vector<Finished>& out) {
  const Nanoseconds now = frame.stream_time;
  tempo_.note(now);
  for (OpenTrack& open : open_) {
    if (is_over(open, now)) stillness_.look_back(open, frame, faces);
  }
  close_unseen(now, out);
  join(frame, faces, out);
  looks_.look(frame, faces, ids_, open_);
  image_.reset();
  settle(now, false, out);
  hand_out_windows(now, out);
}

void ManageTracks::advance(Nanoseconds stream_time, std::vector<Finished>& out) {
  settle(stream_time, false, out);
  close_unseen(stream_time, out);
  hand_out_windows(stream_time, out);
}

void ManageTracks::close_all(std::vector<Finished>& out) {
  settle(tempo_.last(), true, out);
  for (OpenTrack& open : open_) close(open, out);
  open_.clear();
}

bool ManageTracks::in_view(const OpenTrack& open, Nanoseconds now) const noexcept {
  const Nanoseconds unseen = now - open.track->last_seen;
  return unseen <= (open.views ? tempo_.blink() : tempo_.miss());  // without views stitch.h cannot decide
}

void ManageTracks::last_places(std::vector<domain::Box>& out) const {
  out.clear();
  for (const OpenTrack& open : open_) out.push_back(open.track->last_box);
}

void ManageTracks::forecast(const Frame& frame) {
  candidates_.clear();
  candidate_of_.clear();
  expected_.clear();
  const Nanoseconds a_frame = std::min(kMoment, tempo_.interval() * 3 / 2);
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (frame.stream_time - open_[i].track->last_seen > tempo_.miss()) continue;
    expected_.push_back({open_[i].motion.forecast(frame.stream_time), i});
    if (!in_view(open_[i], frame.stream_time)) continue;
    const bool can_ask = open_[i].views != nullptr && frame.planes[0].data != nullptr;
    const Forecast& forecast = expected_.back().forecast;
    candidates_.push_back({.forecast = forecast,
                           .can_ask = can_ask,
                           .has_left = can_ask && is_outside(forecast.centre, frame.size)});
    if (frame.stream_time - open_[i].track->last_seen <= a_frame) {
      candidates_.back().just_seen = open_[i].motion.last();
    }
    candidate_of_.push_back(i);
  }
}

void ManageTracks::join(const Frame& frame, std::span<const Sighting> faces, std::vector<Finished>& out) {
  faces_ = faces;
  forecast(frame);
  const std::span<const int> found = joiner_.join(candidates_, faces);
  ids_.assign(faces.size(), 0);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (found[i] == kNoTrack) continue;
    const std::size_t which = candidate_of_[static_cast<std::size_t>(found[i])];
    OpenTrack& open = open_[which];
    continue_track(open, seen(frame, faces[i], which), out);
    ids_[i] = open.track->id;
    if (const auto turn = note_moment(open)) ids_[i] = begin_after(*turn, which, frame);
  }
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (found[i] != kNoTrack || faces[i].weak) continue;
    make_room(out);
    OpenTrack open(begin_track(frame.stream_time), faces[i].detection.box, frame.stream_time);
    open.is_settled = frame.planes[0].data == nullptr || !may_be_known(open);
    open_.push_back(std::move(open));
    add_sighting(open_.back(), seen(frame, faces[i], open_.size() - 1));
    static_cast<void>(note_moment(open_.back()));
    ids_[i] = open_.back().track->id;
  }
}

std::optional<Turnabout::Turn> ManageTracks::note_moment(OpenTrack& open) {
  const Track& track = *open.track;
  return open.turnabout.note({track.last_seen, track.last_box, track.sightings, open.strong, open.motion});
}

// Another person took over the track: they get one of their own, and the first one waits like all who are out
// of sight. Returns its id.
std::uint64_t ManageTracks::begin_after(const Turnabout::Turn& turn, std::size_t which, const Frame& frame) {
  const bool is_possible = open_.size() < kMaxOpen && turn.before.sightings < open_[which].track->sightings;
  if (!is_possible) return open_[which].track->id;
  OpenTrack other = divide(open_[which], turn, begin_track(turn.after.time));
  other.began_at = touched_edges(turn.after.box, frame.size);
  open_[which].last_at = touched_edges(turn.before.box, frame.size);
  other.is_settled = frame.planes[0].data == nullptr || !may_be_known(other);
  open_.push_back(std::move(other));
  return open_.back().track->id;
}

ManageTracks::FaceInFrame ManageTracks::seen(const Frame& frame, const Sighting& face,
                                             std::size_t own) const {
  const bool may_be_another =
      own < open_.size() && open_[own].turnabout.may_be_another(face.detection.box, frame.stream_time);
  const bool contested = may_be_another || std::ranges::any_of(expected_, [&](const Expected& other) {
                           return other.open != own && other.forecast.spread() <= kSureSpread &&
                                  lies_over(other.forecast, face.detection.box);
                         });
  return {frame, face, contested};
}

void ManageTracks::continue_track(OpenTrack& open, const FaceInFrame& seen, std::vector<Finished>& out) {
  constexpr float kWeakNoise = 2;
  const Box& box = seen.face.detection.box;
  const Nanoseconds now = seen.frame.stream_time;
  open.note_hole({open.motion.last_seen(), now, open.motion.last(), box}, tempo_.interval());
  open.motion.update(box, now, tempo_.interval(), seen.face.weak ? kWeakNoise : 1);
  open.path.update(box, now);
  if (is_full(open)) go_on_as_new(open, now, out);
  add_sighting(open, seen);
}

bool ManageTracks::is_full(const OpenTrack& open) const noexcept {
  return options_.track_max_duration_frames > 0 &&
         open.track->sightings >= options_.track_max_duration_frames;
}

// A contested face may be another person's: any face that is not contested is better.
bool ManageTracks::is_better(const FaceInFrame& seen, const OpenTrack& open) {
  if (seen.contested != open.best_is_contested) return open.best_is_contested;
  return seen.face.quality.rank > kWorthIt * open.track->best->sighting.quality.rank;
}

std::unique_ptr<Track> ManageTracks::begin_track(Nanoseconds now) {
  auto track = std::make_unique<Track>();
  track->id = ++last_id_;
  track->camera = camera_;
  track->first_seen = now;
  if (takes_thumbnails_) track->make_room_for_thumbnail(account_);
  return track;
}

// True if a person who is out of sight now could have come back here.
bool ManageTracks::may_be_known(const OpenTrack& open) const {
  return std::ranges::any_of(
      open_, [&](const OpenTrack& earlier) { return plausible_gap(earlier, open, tempo_).has_value(); });
}

void ManageTracks::add_sighting(OpenTrack& open, const FaceInFrame& seen) {
  const auto& [frame, face, contested] = seen;
  Track& track = *open.track;
  open.last_at = touched_edges(face.detection.box, frame.size);
  if (track.sightings == 0 && track.continues == 0) open.began_at = open.last_at;
  ++track.sightings;
  track.last_seen = frame.stream_time;
  track.last_box = face.detection.box;
  if (face.weak) return;
  stillness_.watch(open, face, frame, faces_);
  track.movement = open.movement();
  ++open.strong;
  open.best_score = std::max(open.best_score, face.detection.score);
  if (track.thumbnail && (track.sightings == 1 || shows_better(face, track.thumbnail->sighting))) {
    take_thumbnail(frame, face, *track.thumbnail);
  }
  keep_if_better(open, seen);
}

void ManageTracks::keep_if_better(OpenTrack& open, const FaceInFrame& seen) {
  const auto& [frame, face, contested] = seen;
  Track& track = *open.track;
  if (face.rejected) {
    const bool matters = !track.best && !track.already_posted;
    if (matters && (!track.best_rejected || face.quality.rank > track.best_rejected->quality.rank)) {
      track.best_rejected = face;
    }
    return;
  }
  const bool any_will_do = !options_.overall_only && options_.realtime_post_every_interval;
  if (!any_will_do && face.quality.rank <= open.posted_rank) return;
  if (track.best && !is_better(seen, open)) return;

  if (!track.best) {
    const bool at_once = options_.realtime_post_first_immediately && open.posted_rank < 0;
    open.window_end =
        frame.stream_time + (at_once ? Nanoseconds::zero() : from_seconds(options_.realtime_post_interval));
  }
  if (!image_) image_ = std::make_shared<ShotImage>(frame);
  open.best_is_contested = contested;
  track.best =
      BestShot{face, image_, frame.size, frame.stream_time, frame.captured, frame.read_at, frame.read_utc};
  track.best_rejected.reset();
  open.picture = take_picture(frame, face.detection.box);
  open.offered = false;
}

// Why the best shot would not be posted if the track ended now.
std::optional<Reason> ManageTracks::withheld(const OpenTrack& open, Nanoseconds now) const {
  if (stillness_.is_still(open, open_, now)) return Reason::no_movement;
  const int least = tempo_.is_slow() ? 1 : options_.minimal_track_length;
  if (open.strong < least && open.best_score < kSureScore && open.track->continues == 0)
    return Reason::too_short;
  if (silence_.is_on() && open.views && silence_.covers(*open.views, now)) return Reason::already_posted;
  return std::nullopt;
}

bool ManageTracks::will_surely_be_posted(const OpenTrack& open) const {
  return open.track->best && stillness_.has_moved(open) && !withheld(open, open.track->last_seen);
}

void ManageTracks::go_on_as_new(OpenTrack& open, Nanoseconds now, std::vector<Finished>& out) {
  // It may not be known yet whether it is a picture: its last part decides.
  std::optional<Reason> reason = withheld(open, now);
  if (!reason && !stillness_.has_moved(open)) reason = Reason::no_movement;
  std::unique_ptr<Track> ended = std::exchange(open.track, begin_track(now));
  Track& next = *open.track;
  next.continues = ended->id;
  if (ended->best && !reason) {
    open.posted_rank = std::max(open.posted_rank, ended->best->sighting.quality.rank);
  } else {
    next.best = ended->best;
  }
  next.already_posted = open.posted_rank >= 0;
  if (ended->best) ended->withheld = reason;
  out.push_back({.track = std::move(ended), .over = true});
}

void ManageTracks::to_encode(std::size_t keep, std::vector<std::shared_ptr<ShotImage>>& out,
                             Nanoseconds before) {
  held_frames_.to_encode(open_, {keep, before}, out);
}

void ManageTracks::offer_again(const ShotImage& image) noexcept {
  track::offer_again(open_, image);
}

void ManageTracks::make_room(std::vector<Finished>& out) {
  if (open_.size() < kMaxOpen) return;
  const auto oldest =
      std::ranges::min_element(open_, {}, [](const OpenTrack& open) { return open.track->last_seen; });
  close(*oldest, out);
  open_.erase(oldest);
}

void ManageTracks::close(OpenTrack& open, std::vector<Finished>& out) {
  if (open.track->best) open.track->withheld = withheld(open, open.track->last_seen);
  stillness_.remember(open);
  const bool will_be_posted = open.track->best && !open.track->withheld;
  if (will_be_posted && silence_.is_on() && open.views) {
    silence_.remember(std::move(open.views), open.track->last_seen);
  } else {
    looks_.take_back(std::move(open.views));
  }
  out.push_back({.track = std::move(open.track), .over = true});
}

bool ManageTracks::is_over(const OpenTrack& open, Nanoseconds now) const {
  const Nanoseconds at_most = tempo_.longest_gap();
  const Nanoseconds unseen = now - open.track->last_seen;
  if (unseen <= at_most) return false;
  if (stillness_.is_undecided(open) && unseen <= at_most + kUndecided) return false;
  // A newcomer who came in time and is not settled yet may turn out to be this person.
  return std::ranges::none_of(open_, [&](const OpenTrack& other) {
    return other.track && !other.is_settled && other.began > open.track->last_seen &&
           other.began - open.track->last_seen <= at_most;
  });
}

void ManageTracks::close_unseen(Nanoseconds now, std::vector<Finished>& out) {
  for (OpenTrack& open : open_) {
    if (is_over(open, now)) close(open, out);
  }
  std::erase_if(open_, [](const OpenTrack& open) { return open.track == nullptr; });
}

void ManageTracks::hand_out_windows(Nanoseconds now, std::vector<Finished>& out) {
  if (options_.overall_only) return;
  for (OpenTrack& open : open_) {
    Track& track = *open.track;
    if (!track.best || now < open.window_end || !open.is_settled || !stillness_.has_moved(open)) continue;
    if (withheld(open, now)) continue;
    std::unique_ptr<Track> interim = copy_of_facts(track);
    if (track.thumbnail) {
      interim->make_room_for_thumbnail(account_);
      *interim->thumbnail = *track.thumbnail;
    }
    open.posted_rank = std::max(open.posted_rank, track.best->sighting.quality.rank);
    interim->best = std::exchange(track.best, std::nullopt);
    track.already_posted = true;
    out.push_back({.track = std::move(interim), .over = false});
  }
}

void ManageTracks::settle(Nanoseconds now, bool at_the_end, std::vector<Finished>& out) {
  const auto matches = stitcher_.settle(open_, now, tempo_, at_the_end);
  for (const auto& [earlier, later] : matches) become_one(open_[earlier], open_[later], out);
  if (!matches.empty()) std::erase_if(open_, [](const OpenTrack& open) { return open.track == nullptr; });
  fill_holes();
}

void ManageTracks::fill_holes() {
  while (const auto filler = Stitcher::filler(open_, options_.track_max_duration_frames)) {
    OpenTrack& later = open_[filler->later];
    absorb_hole(open_[filler->earlier], later);
    looks_.take_back(std::move(later.views));
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(filler->later));
  }
}

void ManageTracks::become_one(OpenTrack& first, OpenTrack& second, std::vector<Finished>& out) {
  const int together = first.track->sightings + second.track->sightings;
  const bool is_too_long =
      options_.track_max_duration_frames > 0 && together > options_.track_max_duration_frames;
  if (!is_too_long) {
    absorb(first, second, tempo_.interval());
    looks_.take_back(std::move(second.views));
    second.track.reset();
    return;
  }
  // As after a forced end, the later part remains a track of its own and posts only a better face.
  second.track->continues = first.track->id;
  if (first.track->best && !withheld(first, second.began)) {
    first.posted_rank = std::max(first.posted_rank, first.track->best->sighting.quality.rank);
  }
  second.posted_rank = std::max(second.posted_rank, first.posted_rank);
  second.track->already_posted = second.posted_rank >= 0;
  if (second.track->best && second.track->best->sighting.quality.rank <= second.posted_rank) {
    second.track->best.reset();
  }
  close(first, out);
}

void ManageTracks::to_journal(SteadyTime now, Nanoseconds interval,
                              std::vector<std::unique_ptr<Track>>& out) {
  for (OpenTrack& open : open_) {
    if (open.journal_at == SteadyTime{}) open.journal_at = now + interval;
    if (now < open.journal_at) continue;
    open.journal_at = now + interval;
    const bool is_to_be = will_surely_be_posted(open);
    const bool was = std::exchange(open.in_journal, is_to_be);
    // In real-time mode a posted shot has replaced its row: then there is nothing to do.
    if (!is_to_be && (!was || !open.track->best)) continue;
    out.push_back(copy_of_facts(*open.track));
    if (is_to_be) out.back()->best = open.track->best;
  }
}

}  // namespace vigia::track
