#include "outbox/disk_writer.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"

namespace vigia::outbox {
namespace {

// The size of the test write when it is not known what the disk refused.
constexpr Bytes kSmallImage = 64_KiB;

// Where numbering begins while the file, which holds the last number, cannot be read: far above any number
// that counting reaches; derived from the time, so that numbers grow from one such start to the next; with a
// random part, since a machine without a clock battery may start at the same time each day.
std::int64_t numbers_without_a_file(UtcTime now) {
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  constexpr std::int64_t kMostSeconds = (std::int64_t{1} << 31) - 1;
  return std::clamp<std::int64_t>(second, 1, kMostSeconds) << 30 | (std::random_device{}() & 0x3fffffffU);
}

}  // namespace

Status DiskWriter::open() {
  const unsigned generation = state_.disk.generation();
  const Status loaded = earlier_run_.load();
  if (loaded) return loaded;
  const ErrorCode code = loaded.error().code;
  if (code != ErrorCode::io && code != ErrorCode::damaged) return loaded;
  {
    MutexLock lock(state_.mutex);
    state_.last_id = numbers_without_a_file(state_.clock.utc_now());
    state_.unsaved.begin_outage(loaded.error(), generation, state_.clock.now());
    state_.unsaved.refused(kSmallImage);
  }
  save(When::due);  // repairs it if it is damaged
  return ok_status();
}

Status DiskWriter::write(std::span<const RowChange> changes, Disk::Sync sync) {
  Status done;
  unsigned generation = 0;
  {
    MutexLock lock(state_.mutex);
    done = state_.unsaved.disk_status();
    generation = state_.disk.generation();
  }
  const bool tried = done.ok();
  if (tried) done = state_.disk.apply(changes, sync);
  if (done) return done;
  {
    MutexLock lock(state_.mutex);
    state_.begin_outage(done.error(), tried, generation);
    for (const RowChange& change : changes) state_.unsaved.note(change);
  }
  // Damage is repaired at once, except by a sender that only marks that a delivery begins: it must not wait.
  if (sync == Disk::Sync::as_set && done.error().code == ErrorCode::damaged) save(When::due);
  MutexLock lock(state_.mutex);
  return state_.unsaved.disk_status();
}

void DiskWriter::settle(Endings endings) {
  const std::vector<RowChange> changes = listeners_.tell_given_up(std::move(endings));
  for (std::span<const RowChange> left = changes; !left.empty();) {
    const std::size_t some = std::min(left.size(), Losses::kEndsAtOnce);
    static_cast<void>(write(left.first(some)));  // changes that could not be written are tried again
    left = left.subspan(some);
  }
}

void DiskWriter::save(When when) {
  {
    MutexLock lock(state_.mutex);
    if (!state_.unsaved.in_outage() || state_.saving) return;
    if (when == When::due && state_.clock.now() < state_.unsaved.outage().next_try) return;
    state_.saving = true;
  }
  Status done = try_to_save();
  if (!done && done.error().code == ErrorCode::damaged) done = try_to_save();  // repairs what it found
  MutexLock lock(state_.mutex);
  state_.saving = false;
  if (!done) state_.unsaved.failed_again(done.error(), state_.clock.now());
  state_.wake_senders();
}

// Writes until nothing is left.
Status DiskWriter::try_to_save() {
  if (Status repaired = repair(); !repaired) return repaired;
  Bytes refused = 0;
  {
    MutexLock lock(state_.mutex);
    refused = state_.unsaved.outage().refused;
  }
  const unsigned generation = state_.disk.generation();
  Status done = earlier_run_.load();
  state_.disk.make_room();
  while (done) {
    PendingWrites::Batch batch;
    {
      MutexLock lock(state_.mutex);
      batch = state_.unsaved.next_batch();
      if (batch.empty() && refused == 0) {
        state_.unsaved.resolved(state_.clock.now());
        return done;
      }
    }
    // The refused image may have been delivered meanwhile: then only a test write shows that the disk works.
    done = batch.empty() ? state_.disk.try_to_write(refused) : save_batch(batch);
    if (batch.empty() || !batch.shots.empty()) refused = 0;
  }
  if (done.error().code == ErrorCode::damaged) {
    MutexLock lock(state_.mutex);
    state_.unsaved.begin_outage(done.error(), generation, state_.clock.now());
  }
  return done;
}

Status DiskWriter::save_batch(const PendingWrites::Batch& batch) {
  const Status done =
      batch.shots.empty() ? state_.disk.apply(batch.changes) : state_.disk.insert(batch.shots);
  MutexLock lock(state_.mutex);
  if (done) {
    state_.unsaved.written(batch);
  } else {
    state_.unsaved.not_written();
  }
  return done;
}

Status DiskWriter::repair() {
  unsigned generation = 0;
  std::vector<std::int64_t> known;  // the shots that should be in the file
  std::string found;
  {
    MutexLock lock(state_.mutex);
    const auto& damaged = state_.unsaved.outage().damaged;
    if (!damaged) return ok_status();
    generation = damaged->generation;
    found = damaged->text;
    for (const std::int64_t id : state_.waiting.ids()) {
      if (state_.unsaved.shots().find(id) == nullptr) known.push_back(id);
    }
  }
  const auto renewal = state_.disk.renew(generation, known);
  if (!renewal) return renewal.error();
  MutexLock lock(state_.mutex);
  state_.unsaved.outage().damaged.reset();
  if (!*renewal) return ok_status();
  const Salvaged& carried = (*renewal)->carried;
  state_.journal.keep_only(carried.ids);
  for (const std::int64_t id : known) {
    if (std::binary_search(carried.ids.begin(), carried.ids.end(), id)) continue;
    if (auto out = state_.waiting.take(id)) state_.losses.end_later(*std::move(out));
  }
  log::error("{}; set aside as {}, a new one is begun: {} waiting shots carried over, {} could not be read",
             found, (*renewal)->aside, carried.ids.size(), carried.unreadable);
  return ok_status();
}

}  // namespace vigia::outbox
