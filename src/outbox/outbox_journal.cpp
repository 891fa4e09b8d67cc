// The part of Outbox that keeps the journal: see journal.h.
#include <algorithm>
#include <iterator>
#include <utility>

#include "outbox/outbox.h"

namespace vigia::outbox {

bool Outbox::is_wanted_in_journal(const TrackKey& track, UtcTime captured) {
  MutexLock lock(mutex_);
  if (unsaved_.in_outage()) {
    ++journal_refused_;
    return false;
  }
  const Journal::Row* const row = journal_.find(track);
  return row == nullptr || row->captured != captured;
}

std::vector<domain::Shot> Outbox::journal(std::span<const domain::Shot> shots) {
  std::vector<StoredShot> stored;
  unsigned generation = 0;
  {
    MutexLock lock(mutex_);
    if (unsaved_.in_outage()) {
      journal_refused_ += shots.size();
      return {};
    }
    stored = number_for_journal(shots);
    generation = disk_->generation();
  }
  if (stored.empty()) return {};
  const Status kept = disk_->insert(stored);
  std::vector<domain::Shot> written;
  {
    MutexLock lock(mutex_);
    for (StoredShot& one : stored) {
      const auto bytes = static_cast<Bytes>(one.shot.jpeg->bytes.size());
      if (kept) journal_.set(key_of(one.shot), {one.id, one.shot.captured, bytes});
      if (!kept) refuse(one, kept.error(), generation);
      if (kept) written.push_back(std::move(one.shot));
    }
  }
  if (!kept) save(When::due);  // a damaged file is repaired at once
  return written;
}

// Numbers the shots that are new, as far as there is room.
std::vector<StoredShot> Outbox::number_for_journal(std::span<const domain::Shot> shots) {
  std::vector<StoredShot> stored;
  Bytes more = 0;
  for (const domain::Shot& shot : shots) {
    const Journal::Row* const row = journal_.find(key_of(shot));
    if (row != nullptr && row->captured == shot.captured) continue;
    const auto bytes = static_cast<Bytes>(shot.jpeg->bytes.size()) - (row != nullptr ? row->bytes : 0);
    if (!has_room_in_journal(stored.size(), more + bytes)) {
      ++journal_refused_;
      no_room_in_journal_.add(1, clock_.now());
      continue;
    }
    more += bytes;
    StoredShot& one = stored.emplace_back(number(shot));
    one.in_journal = InJournal::yes;
    if (row != nullptr) one.replaces.push_back(row->id);
  }
  return stored;
}

bool Outbox::has_room_in_journal(std::size_t rows, Bytes bytes) const {
  if (journal_.size() + rows >= Journal::kMostRows) return false;
  if (options_.max_bytes <= 0) return true;
  const Bytes journal = journal_.bytes() + bytes;
  return journal <= options_.max_bytes / Journal::kShareOfMaxBytes &&
         waiting_.bytes() + journal <= options_.max_bytes;
}

// The disk may have the row in spite of its error. It is then deleted once the disk works, so that the file
// never has two rows of a track. The track's best shot is offered again soon.
void Outbox::refuse(const StoredShot& one, const Error& error, unsigned generation) {
  begin_outage(error, true, generation);
  unsaved_.refused(static_cast<Bytes>(one.shot.jpeg->bytes.size()));
  unsaved_.note({.id = one.id, .what = RowChange::What::all_finished, .route = {}, .tries = {}});
  ++journal_refused_;
}

std::vector<RowChange> Outbox::replace_in_journal(std::span<StoredShot> shots,
                                                  std::span<const EndedTrack> ended) {
  for (StoredShot& stored : shots) {
    const auto row = journal_.take(key_of(stored.shot));
    if (!row) continue;
    if (row->captured == stored.shot.captured) {
      stored.id = row->id;
      stored.in_journal = InJournal::so_far;
    } else {
      stored.replaces.push_back(row->id);
    }
  }
  std::vector<RowChange> gone;
  for (const EndedTrack& track : ended) {
    const auto own =
        std::ranges::find(shots, track.key, [](const StoredShot& one) { return key_of(one.shot); });
    std::vector<std::uint64_t> parts{track.key.track};
    parts.insert(parts.end(), track.joined.begin(), track.joined.end());
    for (const std::uint64_t part : parts) {
      const auto row = journal_.take({track.key.camera, track.key.camera_id, part});
      if (!row) continue;
      if (own != shots.end()) {
        own->replaces.push_back(row->id);
      } else {
        gone.push_back({.id = row->id, .what = RowChange::What::all_finished, .route = {}, .tries = {}});
      }
    }
  }
  return gone;
}

void Outbox::tell_of_recovered(std::vector<domain::Shot> shots) {
  if (shots.empty()) return;
  if (listeners_.front() == nullptr) {  // listen() is still to come
    std::ranges::move(shots, std::back_inserter(recovered_));
    return;
  }
  for (const domain::Shot& shot : shots) listeners_.front()->recovered(shot);
}

}  // namespace vigia::outbox
