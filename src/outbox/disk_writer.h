// Writes changes to the disk, and sees it through an outage: while the disk refuses, what is to be written is
// noted in PendingWrites, and the disk is tried again, every second. The thread that tries writes all that is
// pending, after a repair where the file is damaged; the others go on meanwhile, with what is in memory.
// Also loads what an earlier run left, as soon as the disk gives it.
// Errors of its calls: the disk does not have it yet. It is noted and tried again: the caller need not.
// Threads: open() once, before the others; those thread-safe. They wait for the disk, and call listeners.
#pragma once

#include <span>

#include "base/result.h"
#include "outbox/disk.h"
#include "outbox/earlier_run.h"
#include "outbox/listeners.h"
#include "outbox/losses.h"
#include "outbox/outbox_state.h"
#include "outbox/pending_writes.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class DiskWriter {
 public:
  // Both must outlive it.
  DiskWriter(OutboxState& state, Listeners& listeners)
      : state_(state), listeners_(listeners), earlier_run_(state, listeners) {}

  // Loads what an earlier run left. A disk that refuses, or a damaged file, begins an outage and is no error;
  // errors: the user has to act, see disk.h.
  Status open() EXCLUDES(state_.mutex);

  // During an outage the changes are noted.
  Status write(std::span<const RowChange> changes, Disk::Sync sync = Disk::Sync::as_set)
      EXCLUDES(state_.mutex);
  // Tells the listeners of shots that were given up, then deletes their rows.
  void settle(Endings endings) EXCLUDES(state_.mutex);

  // During an outage: tries the disk again, when that is due (or `now`), unless another thread is trying.
  enum class When { due, now };
  void save(When when) EXCLUDES(state_.mutex);

 private:
  Status try_to_save() EXCLUDES(state_.mutex);
  Status save_batch(const PendingWrites::Batch& batch) EXCLUDES(state_.mutex);
  // Of a damaged file; else nothing.
  Status repair() EXCLUDES(state_.mutex);

  OutboxState& state_;
  Listeners& listeners_;
  EarlierRun earlier_run_;
};

}  // namespace vigia::outbox
