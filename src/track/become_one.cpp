// The part of ManageTracks that joins open tracks of one person.
#include <algorithm>
#include <utility>

#include "track/manage_tracks.h"

namespace vigia::track {

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
  // As after a forced end, the later part stays a track of its own, and posts only a better face.
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

}  // namespace vigia::track
