// Takes shots into the outbox: those of ended tracks, which are sent, and the best shots so far of open
// tracks, which go into the journal. Enforces the bounds: outbox.max_bytes, the journal's, and that of the
// shots kept in memory while the disk refuses. outbox.h says what each call guarantees.
// Threads: thread-safe, but journal() must be called on the thread of add(). Both wait for the disk.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/shot.h"
#include "outbox/disk_writer.h"
#include "outbox/journal.h"
#include "outbox/losses.h"
#include "outbox/outbox_state.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class Intake {
 public:
  // Both must outlive it.
  Intake(OutboxState& state, DiskWriter& writer) : state_(state), writer_(writer) {}

  // As the calls of Outbox.
  Status add(std::span<const domain::Shot> shots, std::span<const EndedTrack> ended) EXCLUDES(state_.mutex);
  std::vector<domain::Shot> journal(std::span<const domain::Shot> shots) EXCLUDES(state_.mutex);
  [[nodiscard]] bool is_wanted_in_journal(const TrackKey& track, UtcTime captured) EXCLUDES(state_.mutex);

 private:
  // Numbers the shots and makes them owed to all routes.
  std::vector<StoredShot> number(std::span<const domain::Shot> shots) REQUIRES(state_.mutex);
  // Numbers those that the journal does not have yet, as far as it has room.
  std::vector<StoredShot> number_for_journal(std::span<const domain::Shot> shots) REQUIRES(state_.mutex);
  [[nodiscard]] bool has_room_in_journal(std::size_t rows, Bytes bytes) const REQUIRES(state_.mutex);
  void refuse(const StoredShot& one, const Error& error, unsigned generation) REQUIRES(state_.mutex);
  // Returns the changes to write for ended tracks that have no shot.
  std::vector<RowChange> replace_in_journal(std::span<StoredShot> shots, std::span<const EndedTrack> ended)
      REQUIRES(state_.mutex);
  void make_room_for(std::span<const domain::Shot> shots, Endings& endings) REQUIRES(state_.mutex);
  void keep_in_memory(const StoredShot& shot, Endings& endings) REQUIRES(state_.mutex);
  // False: senders have all shots that are in memory, so none can be given up.
  bool shed_from_memory(Endings& endings) REQUIRES(state_.mutex);

  OutboxState& state_;
  DiskWriter& writer_;
};

}  // namespace vigia::outbox
