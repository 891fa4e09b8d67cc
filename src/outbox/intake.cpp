#include "outbox/intake.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace vigia::outbox {

Status Intake::add(std::span<const domain::Shot> shots, std::span<const EndedTrack> ended) {
  Endings endings;
  std::vector<StoredShot> stored;
  std::vector<RowChange> gone;
  Status kept;
  unsigned generation = 0;
  {
    MutexLock lock(state_.mutex);
    state_.losses.tend(endings);
    stored = number(shots);
    gone = replace_in_journal(stored, ended);
    make_room_for(shots, endings);
    kept = state_.unsaved.disk_status();
    generation = state_.disk.generation();
  }
  writer_.settle(std::exchange(endings, {}));
  if (!gone.empty()) static_cast<void>(writer_.write(gone));  // what could not be written is tried again
  if (stored.empty()) return ok_status();
  const bool tried = kept.ok();
  if (tried) kept = state_.disk.insert(stored);
  {
    MutexLock lock(state_.mutex);
    if (!kept) state_.begin_outage(kept.error(), tried, generation);
    for (const StoredShot& shot : stored) {
      state_.register_shot(shot);
      if (!kept) keep_in_memory(shot, endings);
    }
    state_.wake_senders();
  }
  writer_.settle(std::move(endings));
  if (kept) return kept;
  // Only now, as this may take long: the senders have the shots already. A damaged file is repaired at once.
  writer_.save(DiskWriter::When::due);
  MutexLock lock(state_.mutex);
  return state_.unsaved.disk_status();
}

std::vector<StoredShot> Intake::number(std::span<const domain::Shot> shots) {
  std::vector<StoredShot> stored;
  for (const domain::Shot& shot : shots) {
    StoredShot& one = stored.emplace_back(state_.number(shot));
    for (const std::string& route : state_.routes) one.owed.push_back({.route = route, .tries = {}});
  }
  return stored;
}

void Intake::make_room_for(std::span<const domain::Shot> shots, Endings& endings) {
  if (state_.options.max_bytes <= 0) return;
  Bytes more = state_.journal.bytes();
  for (const domain::Shot& shot : shots) more += static_cast<Bytes>(shot.jpeg->bytes.size());
  while (state_.waiting.bytes() + more > state_.options.max_bytes) {
    auto oldest = state_.waiting.take_oldest();
    if (!oldest) return;  // senders have all that is left
    state_.losses.end(*std::move(oldest), domain::Reason::shed, endings);
  }
}

void Intake::keep_in_memory(const StoredShot& shot, Endings& endings) {
  state_.unsaved.refused(static_cast<Bytes>(shot.shot.jpeg->bytes.size()));
  while (!state_.unsaved.keep(shot, false)) {
    if (shed_from_memory(endings)) continue;
    static_cast<void>(state_.unsaved.keep(shot, true));
    return;
  }
}

// A shot that a sender has claimed stays in memory until it is delivered or postponed, so giving it up on the
// other routes would free nothing.
bool Intake::shed_from_memory(Endings& endings) {
  for (const std::int64_t id : state_.unsaved.shots().ids()) {
    auto oldest = state_.waiting.take_whole(id);
    if (!oldest) continue;
    ++state_.unsaved.outage().given_up;
    state_.losses.end(*std::move(oldest), domain::Reason::shed, endings);
    return true;
  }
  return false;
}

bool Intake::is_wanted_in_journal(const TrackKey& track, UtcTime captured) {
  MutexLock lock(state_.mutex);
  if (state_.unsaved.in_outage()) {
    state_.losses.add_refused_in_journal(1);
    return false;
  }
  const Journal::Row* const row = state_.journal.find(track);
  return row == nullptr || row->captured != captured;
}

std::vector<domain::Shot> Intake::journal(std::span<const domain::Shot> shots) {
  std::vector<StoredShot> stored;
  unsigned generation = 0;
  {
    MutexLock lock(state_.mutex);
    if (state_.unsaved.in_outage()) {
      state_.losses.add_refused_in_journal(shots.size());
      return {};
    }
    stored = number_for_journal(shots);
    generation = state_.disk.generation();
  }
  if (stored.empty()) return {};
  const Status kept = state_.disk.insert(stored);
  std::vector<domain::Shot> written;
  {
    MutexLock lock(state_.mutex);
    for (StoredShot& one : stored) {
      const auto bytes = static_cast<Bytes>(one.shot.jpeg->bytes.size());
      if (kept) state_.journal.set(key_of(one.shot), {one.id, one.shot.captured, bytes});
      if (!kept) refuse(one, kept.error(), generation);
      if (kept) written.push_back(std::move(one.shot));
    }
  }
  if (!kept) writer_.save(DiskWriter::When::due);  // a damaged file is repaired at once
  return written;
}

std::vector<StoredShot> Intake::number_for_journal(std::span<const domain::Shot> shots) {
  std::vector<StoredShot> stored;
  Bytes more = 0;
  for (const domain::Shot& shot : shots) {
    const Journal::Row* const row = state_.journal.find(key_of(shot));
    if (row != nullptr && row->captured == shot.captured) continue;
    const auto bytes = static_cast<Bytes>(shot.jpeg->bytes.size()) - (row != nullptr ? row->bytes : 0);
    if (!has_room_in_journal(stored.size(), more + bytes)) {
      state_.losses.add_no_room_in_journal();
      continue;
    }
    more += bytes;
    StoredShot& one = stored.emplace_back(state_.number(shot));
    one.in_journal = InJournal::yes;
    if (row != nullptr) one.replaces.push_back(row->id);
  }
  return stored;
}

bool Intake::has_room_in_journal(std::size_t rows, Bytes bytes) const {
  if (state_.journal.size() + rows >= Journal::kMostRows) return false;
  const Bytes most = state_.options.max_bytes;
  if (most <= 0) return true;
  const Bytes journal = state_.journal.bytes() + bytes;
  return journal <= most / Journal::kShareOfMaxBytes && state_.waiting.bytes() + journal <= most;
}

// The disk may have the row although it reported an error. So the row is deleted once the disk works: the
// file must not have two rows of one track. The track's best shot is offered again soon.
void Intake::refuse(const StoredShot& one, const Error& error, unsigned generation) {
  state_.begin_outage(error, true, generation);
  state_.unsaved.refused(static_cast<Bytes>(one.shot.jpeg->bytes.size()));
  state_.unsaved.note({.id = one.id, .what = RowChange::What::all_finished, .route = {}, .tries = {}});
  state_.losses.add_refused_in_journal(1);
}

std::vector<RowChange> Intake::replace_in_journal(std::span<StoredShot> shots,
                                                  std::span<const EndedTrack> ended) {
  for (StoredShot& stored : shots) {
    const auto row = state_.journal.take(key_of(stored.shot));
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
      const auto row = state_.journal.take({track.key.camera, track.key.camera_id, part});
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

}  // namespace vigia::outbox
