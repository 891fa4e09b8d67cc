#include "track/manage_tracks.h"

#include <algorithm>
#include <utility>

#include "track/copy_of_facts.h"
#include "track/take_thumbnail.h"

namespace vigia::track {

using domain::BestShot;
using domain::Box;
using domain::Frame;
using domain::ShotImage;
using domain::Sighting;
using domain::Track;

ManageTracks::ManageTracks(const TrackOptions& options, double filter_min_movement, int camera,
                           std::shared_ptr<memory::Account> thumbnails, std::uint64_t tracks_before)
    : options_(options),
      min_movement_(static_cast<float>(filter_min_movement)),
      camera_(camera),
      thumbnails_(std::move(thumbnails)),
      last_id_(tracks_before),
      joiner_(options.track_overlap_threshold) {}

void ManageTracks::update(const Frame& frame, std::span<const Sighting> faces, std::vector<Finished>& out) {
  const Nanoseconds now = frame.stream_time;
  close_unseen(now, out);
  predict(now);
  const std::span<const int> track_of_face = joiner_.join(frame.size, candidates_, faces);
  ids_.assign(faces.size(), 0);

  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (track_of_face[i] == kNoTrack) continue;
    Open& open = open_[static_cast<std::size_t>(track_of_face[i])];
    open.motion.update(faces[i].detection.box, now);
    if (is_full(open)) go_on_as_new(open, faces[i].detection.box, now, out);
    add_sighting(open, faces[i], frame);
    ids_[i] = open.track->id;
  }
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (track_of_face[i] != kNoTrack) continue;
    make_room(out);
    open_.push_back(begin(faces[i].detection.box, now));
    add_sighting(open_.back(), faces[i], frame);
    ids_[i] = open_.back().track->id;
  }
  image_.reset();
  hand_out_windows(now, out);
}

void ManageTracks::advance(Nanoseconds stream_time, std::vector<Finished>& out) {
  close_unseen(stream_time, out);
  hand_out_windows(stream_time, out);
}

void ManageTracks::close_all(std::vector<Finished>& out) {
  for (Open& open : open_) close(open, out);
  open_.clear();
}

void ManageTracks::to_encode(std::size_t keep, std::vector<std::shared_ptr<ShotImage>>& out) {
  holders_.clear();
  for (const Open& open : open_) {
    const auto& best = open.track->best;
    if (!best || !best->image->holds_frame()) continue;
    const auto same = [&](const Open* other) { return other->track->best->image == best->image; };
    if (std::ranges::none_of(holders_, same)) holders_.push_back(&open);
  }
  if (holders_.size() <= keep) return;
  std::ranges::sort(holders_, {}, [](const Open* open) { return open->track->best->stream_time; });
  holders_.resize(holders_.size() - keep);
  for (const Open* holder : holders_) {
    const auto& image = holder->track->best->image;
    bool is_new = false;
    for (Open& open : open_) {
      if (open.track->best && open.track->best->image == image) is_new |= !std::exchange(open.offered, true);
    }
    if (is_new) out.push_back(image);
  }
}

void ManageTracks::offer_again(const ShotImage& image) noexcept {
  for (Open& open : open_) {
    if (open.track->best && open.track->best->image.get() == &image) open.offered = false;
  }
}

bool ManageTracks::is_full(const Open& open) const noexcept {
  return options_.track_max_duration_frames > 0 &&
         open.track->sightings >= options_.track_max_duration_frames;
}

bool ManageTracks::would_be_posted(const Open& open) const noexcept {
  return open.track->best && !never_moved(*open.track, min_movement_);
}

void ManageTracks::predict(Nanoseconds now) {
  candidates_.clear();
  for (const Open& open : open_) candidates_.push_back({open.motion.predict(now), open.motion.last()});
}

ManageTracks::Open ManageTracks::begin(const Box& box, Nanoseconds now) {
  Open open{.track = std::make_unique<Track>(), .motion = Motion(box, now)};
  open.track->id = ++last_id_;
  open.track->camera = camera_;
  open.track->first_seen = now;
  if (thumbnails_) open.track->make_room_for_thumbnail(thumbnails_);
  return open;
}

void ManageTracks::add_sighting(Open& open, const Sighting& face, const Frame& frame) {
  Track& track = *open.track;
  ++track.sightings;
  track.last_seen = frame.stream_time;
  track.last_box = face.detection.box;
  track.movement = open.motion.movement();
  show_if_better(track, face, frame);
  keep_if_better(open, face, frame);
}

void ManageTracks::show_if_better(Track& track, const Sighting& face, const Frame& frame) {
  if (!track.thumbnail) return;
  const bool is_first = track.sightings == 1;
  if (is_first || shows_better(face, track.thumbnail->sighting)) {
    take_thumbnail(frame, face, *track.thumbnail);
  }
}

void ManageTracks::keep_if_better(Open& open, const Sighting& face, const Frame& frame) {
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
  if (track.best && face.quality.rank <= track.best->sighting.quality.rank) return;

  if (!track.best) {
    const bool at_once = options_.realtime_post_first_immediately && open.posted_rank < 0;
    open.window_end =
        frame.stream_time + (at_once ? Nanoseconds::zero() : from_seconds(options_.realtime_post_interval));
  }
  if (!image_) image_ = std::make_shared<ShotImage>(frame);
  track.best = BestShot{face, image_, frame.size, frame.stream_time, frame.captured, frame.read_at};
  track.best_rejected.reset();
  open.offered = false;
}

void ManageTracks::go_on_as_new(Open& open, const Box& box, Nanoseconds now, std::vector<Finished>& out) {
  const bool will_be_posted = would_be_posted(open);
  Open next = begin(box, now);
  next.motion = open.motion;
  next.track->continues = open.track->id;
  next.posted_rank = open.posted_rank;
  if (will_be_posted) {
    next.posted_rank = std::max(next.posted_rank, open.track->best->sighting.quality.rank);
  } else {
    next.track->best = open.track->best;
    next.window_end = open.window_end;
    next.offered = open.offered;
  }
  next.track->already_posted = next.posted_rank >= 0;
  close(open, out);
  open = std::move(next);
}

void ManageTracks::make_room(std::vector<Finished>& out) {
  if (open_.size() < kMaxOpen) return;
  const auto oldest =
      std::ranges::min_element(open_, {}, [](const Open& open) { return open.track->last_seen; });
  close(*oldest, out);
  open_.erase(oldest);
}

void ManageTracks::close(Open& open, std::vector<Finished>& out) {
  out.push_back({.track = std::move(open.track), .over = true});
}

void ManageTracks::close_unseen(Nanoseconds now, std::vector<Finished>& out) {
  const Nanoseconds at_most = from_seconds(options_.track_miss_interval);
  for (Open& open : open_) {
    if (now - open.track->last_seen > at_most) close(open, out);
  }
  std::erase_if(open_, [](const Open& open) { return open.track == nullptr; });
}

void ManageTracks::hand_out_windows(Nanoseconds now, std::vector<Finished>& out) {
  if (options_.overall_only) return;
  for (Open& open : open_) {
    Track& track = *open.track;
    if (!track.best || now < open.window_end || track.movement < min_movement_) continue;
    std::unique_ptr<Track> interim = copy_of_facts(track);
    if (track.thumbnail) {
      interim->make_room_for_thumbnail(thumbnails_);
      *interim->thumbnail = *track.thumbnail;
    }
    open.posted_rank = std::max(open.posted_rank, track.best->sighting.quality.rank);
    interim->best = std::exchange(track.best, std::nullopt);
    track.already_posted = true;
    out.push_back({.track = std::move(interim), .over = false});
  }
}

}  // namespace vigia::track
