// Counts and logs the shots that the outbox itself ends (expired, shed, lost) and removes them from memory.
// Also counts and logs shots that could not be read back, or had no place in the journal. Its caller holds
// the outbox's mutex, so it neither calls a listener nor uses the disk: DiskWriter::settle() does both
// afterwards, with the Endings that it gets from here.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/face_reason.h"
#include "domain/shot.h"
#include "outbox/loss_log.h"
#include "outbox/pending_writes.h"
#include "outbox/rows.h"
#include "outbox/waiting_shots.h"
#include "status/outbox_status.h"

namespace vigia::outbox {

// A shot that the outbox gives up on some of its routes, or all. reason: expired or shed; none: it is lost.
struct Ending {
  TakenOut out;
  std::optional<domain::Reason> reason;
  std::optional<domain::Shot> shot;  // only if it was in memory; then there is no row to delete
};
using Endings = std::vector<Ending>;

// The changes that delete these deliveries, or the whole row if none is left.
[[nodiscard]] std::vector<RowChange> changes_of(const TakenOut& out, std::span<const std::string> routes);

class Losses {
 public:
  // How many ends are handled at a time: deleting them takes the disk, for which other threads wait.
  static constexpr std::size_t kEndsAtOnce = 100;

  // waiting and unsaved hold the shots. All four must outlive it.
  Losses(const std::vector<std::string>& routes, const Clock& clock, WaitingShots& waiting,
         PendingWrites& unsaved);

  // Ends a shot that was taken out of `waiting`; appends it to `endings`.
  void end(TakenOut out, std::optional<domain::Reason> reason, Endings& endings);
  // The same for a lost shot, for callers that cannot settle it: the next tend() appends it.
  void end_later(TakenOut out);
  // Ends shots that are too old, and logs what was not logged yet, if a line is due.
  void tend(Endings& endings);

  void add_unreadable(const std::string& why);
  // Best shots so far that are not kept in the journal: the disk refuses, or there is no room.
  void add_refused_in_journal(std::uint64_t shots);
  void add_no_room_in_journal();
  // Shots that were lost because the disk had not taken them when the outbox was closed.
  void add_never_on_disk(std::uint64_t shots) { never_on_disk_ += shots; }

  // Logs what was not logged yet, at the end.
  void log_rest();
  // Fills in the numbers of shots that were given up.
  void show(status::OutboxStatus& figures) const;

 private:
  // Constant after construction.
  const std::vector<std::string>& routes_;
  const Clock& clock_;
  WaitingShots& waiting_;
  PendingWrites& unsaved_;

  LossLog expired_;
  LossLog shed_;
  LossLog unreadable_;
  LossLog no_room_in_journal_;
  std::uint64_t refused_in_journal_ = 0;
  std::uint64_t lost_ = 0, never_on_disk_ = 0;
  Endings for_later_;
};

}  // namespace vigia::outbox
