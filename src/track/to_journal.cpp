// The part of ManageTracks that selects the shots of open tracks for the journal.
#include <utility>

#include "track/copy_of_facts.h"
#include "track/manage_tracks.h"

namespace vigia::track {

void ManageTracks::to_journal(SteadyTime now, Nanoseconds interval,
                              std::vector<std::unique_ptr<domain::Track>>& out) {
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
