#include "track/held_frames.h"

#include <algorithm>
#include <utility>

namespace vigia::track {

void HeldFrames::to_encode(std::span<OpenTrack> all, const Limits& limits,
                           std::vector<std::shared_ptr<domain::ShotImage>>& out) {
  holders_.clear();
  for (const OpenTrack& open : all) {
    const auto& best = open.track->best;
    if (!best || !best->image->holds_frame()) continue;
    const auto same = [&](const OpenTrack* other) { return other->track->best->image == best->image; };
    if (std::ranges::none_of(holders_, same)) holders_.push_back(&open);
  }
  const auto time = [](const OpenTrack* open) { return open->track->best->stream_time; };
  std::ranges::sort(holders_, {}, time);
  const auto old = static_cast<std::size_t>(std::ranges::lower_bound(holders_, limits.before, {}, time) -
                                            holders_.begin());
  holders_.resize(std::max(old, holders_.size() - std::min(limits.keep, holders_.size())));
  for (const OpenTrack* holder : holders_) {
    const auto& image = holder->track->best->image;
    bool is_new = false;
    for (OpenTrack& open : all) {
      if (open.track->best && open.track->best->image == image) is_new |= !std::exchange(open.offered, true);
    }
    if (is_new) out.push_back(image);
  }
}

void offer_again(std::span<OpenTrack> all, const domain::ShotImage& image) noexcept {
  for (OpenTrack& open : all) {
    if (open.track->best && open.track->best->image.get() == &image) open.offered = false;
  }
}

}  // namespace vigia::track
