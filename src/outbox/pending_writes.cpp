#include "outbox/pending_writes.h"

#include <algorithm>

#include "base/log.h"

namespace vigia::outbox {

Status PendingWrites::disk_status() const {
  if (!in_outage()) return ok_status();
  return Error{ErrorCode::io, outage_->error.text};
}

void PendingWrites::begin_outage(const Error& error, unsigned generation, SteadyTime now) {
  const bool is_damaged = error.code == ErrorCode::damaged;
  if (!outage_) {
    outage_ = DiskOutage{
        .since = now, .next_try = is_damaged ? now : now + kRetryAfter, .error = error, .damaged = {}};
    if (!is_damaged) failed_again(error, now);
  }
  if (is_damaged) outage_->damaged = {.generation = generation, .text = error.text};
}

void PendingWrites::failed_again(const Error& error, SteadyTime now) {
  outage_->next_try = now + kRetryAfter;
  if (outage_->logged && error.code == outage_->error.code) {
    log::debug("{}", error.text);
    return;
  }
  outage_->logged = true;
  outage_->error = error;
  log::error("{}; shots are kept in memory, and the disk is tried again every second", error.text);
}

void PendingWrites::resolved(SteadyTime now) {
  if (outage_->logged) {
    log::info(
        "outbox: the disk takes shots again, after {:.0f} s: {} that were kept in memory are written, {} "
        "were given up",
        to_seconds(now - outage_->since), outage_->written, outage_->given_up);
  }
  outage_.reset();
}

// When a shot leaves without having been written, the rows that it was to replace are deleted too.
void PendingWrites::apply(const RowChange& change) {
  std::vector<std::int64_t> journal;
  if (const StoredShot* const shot = shots_.find(change.id)) {
    journal = shot->replaces;
    if (shot->in_journal == InJournal::so_far) journal.push_back(shot->id);
  }
  shots_.apply(change);
  if (shots_.find(change.id) == nullptr) {
    for (const std::int64_t id : journal) {
      note({.id = id, .what = RowChange::What::all_finished, .route = {}, .tries = {}});
    }
  }
  if (std::ranges::find(being_written_, change.id) != being_written_.end()) note(change);
}

void PendingWrites::note(const RowChange& change) {
  if (change.what == RowChange::What::all_finished) {  // earlier changes do not matter any more
    const auto first = changes_.lower_bound({change.id, std::string()});
    auto last = first;
    while (last != changes_.end() && last->first.first == change.id) ++last;
    changes_.erase(first, last);
  }
  changes_[{change.id, change.route}] = change;
}

const Tries* PendingWrites::note_of(std::int64_t id, const std::string& route) const {
  const auto found = changes_.find({id, route});
  const bool is_tried = found != changes_.end() && found->second.what == RowChange::What::tried;
  return is_tried ? &found->second.tries : nullptr;
}

PendingWrites::Batch PendingWrites::next_batch() {
  Batch batch;
  for (const auto& [key, change] : changes_) {
    if (batch.changes.size() == kChangesAtOnce) break;
    batch.changes.push_back(change);
  }
  if (!batch.changes.empty()) return batch;
  batch.shots = shots_.oldest(kShotsAtOnce);
  for (const StoredShot& shot : batch.shots) being_written_.push_back(shot.id);
  return batch;
}

void PendingWrites::written(const Batch& batch) {
  for (const RowChange& change : batch.changes) {
    const auto found = changes_.find({change.id, change.route});
    if (found != changes_.end() && found->second == change) changes_.erase(found);
  }
  for (const StoredShot& shot : batch.shots) shots_.remove(shot.id);
  outage_->written += batch.shots.size();
  being_written_.clear();
}

}  // namespace vigia::outbox
