// Writes changes to the disk, and bridges a disk outage: while the disk refuses, PendingWrites keeps what is
// to be written, and the disk is tried again every second. One thread tries at a time: it repairs the file if
// it is damaged, then writes all that is pending; the other threads go on with what is in memory. Also loads
// what an earlier run left, as soon as the disk can be read.
// Threads: open() is called once, before the others, which are thread-safe. All wait for the disk and may
// call listeners.
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

  // Loads what an earlier run left. A disk that refuses, or a damaged file, begins an outage and is not an
  // error. Errors: those of disk.h on which the user has to act.
  Status open() EXCLUDES(state_.mutex);

  // Error: the disk does not have the changes yet. They are kept and tried again; the caller need not do
  // that.
  Status write(std::span<const RowChange> changes, Disk::Sync sync = Disk::Sync::as_set)
      EXCLUDES(state_.mutex);
  // Tells the listeners of shots that were given up, then deletes their rows.
  void settle(Endings endings) EXCLUDES(state_.mutex);

  // During an outage, tries the disk again if that is due (When::now: in any case), unless another thread is
  // trying it. Without an outage it does nothing.
  enum class When { due, now };
  void save(When when) EXCLUDES(state_.mutex);

 private:
  Status try_to_save() EXCLUDES(state_.mutex);
  Status save_batch(const PendingWrites::Batch& batch) EXCLUDES(state_.mutex);
  // Does nothing unless the file is damaged.
  Status repair() EXCLUDES(state_.mutex);

  OutboxState& state_;
  Listeners& listeners_;
  EarlierRun earlier_run_;
};

}  // namespace vigia::outbox
