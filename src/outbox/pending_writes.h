// What the disk does not have yet, because it refused: shots, and changes of rows. And since when, and when
// it is asked again.
//
// Whoever asks it again takes a Batch, writes that without holding the outbox's lock, and says how it went.
// Meanwhile shots may be delivered, and more may come: nothing of a batch is forgotten before it is written,
// and what changes while it is being written is noted for the next one.
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
  static constexpr Nanoseconds kAskAgain = std::chrono::seconds(1);
  static constexpr std::size_t kShotsAtOnce = 16;
  static constexpr std::size_t kChangesAtOnce = 256;

  PendingWrites(std::shared_ptr<memory::Account> account, Bytes most_bytes)
      : shots_(std::move(account), most_bytes) {}

  // The disk refuses, and has since `since`: everything goes here until resolved().
  struct DiskOutage {
    SteadyTime since, next_try;
    Error error;        // the last one that was said, or will be
    bool said = false;  // damage that is mended at once is no trouble for people
    struct Damage {
      unsigned generation;  // of the file: see disk.h
      std::string text;
    };
    std::optional<Damage> damaged;
    Bytes refused = 0;  // the largest image that had to be kept here
    std::size_t written = 0, given_up = 0;
  };
  [[nodiscard]] bool in_trouble() const { return trouble_.has_value(); }
  [[nodiscard]] DiskOutage& trouble() { return *trouble_; }
  [[nodiscard]] const DiskOutage& trouble() const { return *trouble_; }
  // Says so in the log, unless the file is damaged: then whoever comes next mends it. In trouble: damage is
  // noted, the rest changes nothing.
  void begin_trouble(const Error& error, unsigned generation, SteadyTime now);
  // Something is to go here because there was trouble a moment ago: there is still, or again, without a word,
  // and the disk is asked at once.
  void stay_in_trouble(const Error& error, SteadyTime now) {
    if (!trouble_) trouble_ = DiskOutage{.since = now, .next_try = now, .error = error, .damaged = {}};
  }
  void refused(Bytes image) { trouble_->refused = std::max(trouble_->refused, image); }
  // The disk was asked again in vain. The log has it where it has said nothing yet, or another kind of error.
  void failed_again(const Error& error, SteadyTime now);
  void resolved(SteadyTime now);

  [[nodiscard]] const MemoryStore& shots() const { return shots_; }
  // As MemoryStore::add().
  [[nodiscard]] bool keep(const StoredShot& shot, bool anyway) { return shots_.add(shot, anyway); }
  // Of a shot that is kept here; also of its row, where that is being written now.
  void apply(const RowChange& change);

  void note(const RowChange& change);
  // What a row would say of its deliveries on this route if it could be written; null: what it says.
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
  std::optional<DiskOutage> trouble_;
};

}  // namespace vigia::outbox
