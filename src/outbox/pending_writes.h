// Keeps the shots and the changes of rows that the disk does not have yet because it refused; also when the
// outage began and when the disk is tried again.
//
// The thread that tries the disk takes a Batch, writes it without holding the outbox's lock, and calls
// written() or not_written(). Meanwhile shots may be delivered, and more may come: nothing of a batch is
// forgotten before it is written, and changes made while it is being written are noted for the next one.
// Threads: one thread at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "outbox/memory_store.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class PendingWrites {
 public:
  static constexpr Nanoseconds kRetryAfter = std::chrono::seconds(1);
  static constexpr std::size_t kShotsAtOnce = 16;
  static constexpr std::size_t kChangesAtOnce = 256;

  PendingWrites(std::shared_ptr<memory::Account> account, Bytes most_bytes)
      : shots_(std::move(account), most_bytes) {}

  // The disk has refused since `since`: everything goes here until resolved().
  struct DiskOutage {
    SteadyTime since, next_try;
    Error error;          // the last one that was logged, or will be
    bool logged = false;  // stays false for damage that is repaired at once
    struct Damage {
      unsigned generation;  // of the file: see disk.h
      std::string text;
    };
    std::optional<Damage> damaged;
    Bytes refused = 0;  // the largest image that had to be kept here
    std::size_t written = 0, given_up = 0;
  };
  [[nodiscard]] bool in_outage() const { return outage_.has_value(); }
  [[nodiscard]] Status disk_status() const;  // ok, or why everything goes here
  [[nodiscard]] DiskOutage& outage() { return *outage_; }
  [[nodiscard]] const DiskOutage& outage() const { return *outage_; }
  // Begins an outage and logs it, unless the file is damaged: DiskWriter::save() repairs that next. During
  // an outage it only notes damage.
  void begin_outage(const Error& error, unsigned generation, SteadyTime now);
  // Something has to be kept here because the disk refused a moment ago. If the outage has ended meanwhile it
  // begins again, unlogged, and the disk is tried at once.
  void continue_outage(const Error& error, SteadyTime now) {
    if (!outage_) outage_ = DiskOutage{.since = now, .next_try = now, .error = error, .damaged = {}};
  }
  void refused(Bytes image) { outage_->refused = std::max(outage_->refused, image); }
  // The disk was tried again and refused. Logs it if the outage was not logged yet, or the kind of error is
  // new.
  void failed_again(const Error& error, SteadyTime now);
  void resolved(SteadyTime now);

  [[nodiscard]] const MemoryStore& shots() const { return shots_; }
  // As MemoryStore::add().
  [[nodiscard]] bool keep(const StoredShot& shot, bool anyway) { return shots_.add(shot, anyway); }
  // Applies a change to a shot that is kept here, and notes it for its row if that is being written now.
  void apply(const RowChange& change);

  void note(const RowChange& change);
  // The state of a delivery that its row does not have yet; null: the row is up to date.
  [[nodiscard]] const Tries* note_of(std::int64_t id, const std::string& route) const;

  struct Batch {
    std::vector<RowChange> changes;  // these go first: shots come only once there are none
    std::vector<StoredShot> shots;
    [[nodiscard]] bool empty() const { return changes.empty() && shots.empty(); }
  };
  Batch next_batch();
  void written(const Batch& batch);
  void not_written() { being_written_.clear(); }

 private:
  using Key = std::pair<std::int64_t, std::string>;  // number, route

  MemoryStore shots_;
  std::map<Key, RowChange> changes_;
  std::vector<std::int64_t> being_written_;  // of shots_
  std::optional<DiskOutage> outage_;
};

}  // namespace vigia::outbox
