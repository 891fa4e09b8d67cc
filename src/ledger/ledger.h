// Records how the last tracks ended, each with a picture and the reason, to answer "why was this face not
// posted?". It uses a file of its own: its loss or damage never affects the outbox.
//
//   auto ledger = Ledger::open(options, memory, clock);     // error: one line, exit 2
//   Worker thread("ledger", [&](const std::stop_token& stop) { ledger->run(stop); });
//   ledger->record({.key = {"gate", 12, captured}, .outcome = DeliveryStatus::pending, ...});
//   ledger->settle({"gate", 12, captured}, domain::Reason::refused, "the server's words");
//
// Guarantees
// 1. record() and settle() never wait for the disk and never fail: they append the entry to a list, under a
//    lock that is held for a few moves. run() writes the list once a second, in one transaction.
// 2. The list is bounded (kMostWaiting); beyond that the oldest entry is lost. Entries lost there, or because
//    the disk refuses them (full, read-only, broken), are counted: lost().
// 3. A damaged file is renamed and a new one created. The log says once that the disk fails, and once that it
//    works again.
// 4. Texts are stored without URLs' passwords and control characters, 300 bytes at most.
// A kill or power cut loses what was not written yet: a second's entries; a power cut perhaps some more.
// Threads: run() on one thread; the others thread-safe. When not: not on a worker's frame path (see
// note_lost()).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/ring.h"
#include "ledger/ledger_options.h"
#include "ledger/store.h"
#include "ledger/track_end.h"
#include "memory/memory_manager.h"

namespace vigia::ledger {

class Ledger {
 public:
  static constexpr std::size_t kMostWaiting = 1024;

  // Errors (invalid): the setting is wrong: see file.h. A failing disk is not an error here: losses are
  // counted, and it is tried again. memory: waiting thumbnails are charged to vigia/jpeg. Both must outlive
  // it.
  static Result<std::unique_ptr<Ledger>> open(const LedgerOptions& options, memory::MemoryManager& memory,
                                              Clock& clock);

  // False: ledger.keep is 0; then nothing is kept, and there is no file.
  [[nodiscard]] bool enabled() const noexcept { return options_.keep > 0; }

  void record(TrackEnd end);
  // Gives a pending end its outcome. Does nothing if the end is unknown or was settled before.
  void settle(EndKey key, Outcome outcome, std::string text);
  // Counts an end that could not be recorded, for callers that must not take a lock.
  void note_lost() noexcept { lost_.fetch_add(1, std::memory_order_relaxed); }

  // Writes until a stop is requested, then once more what is left.
  void run(const std::stop_token& stop);

  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    Entry entry;
    memory::Charge charge;  // of the thumbnail
  };

  Ledger(const LedgerOptions& options, memory::MemoryManager& memory, Clock& clock);
  void add(Entry entry, Bytes bytes);
  void write();
  void take_all();
  Status open_store();
  void say(const Status& written);

  // Constant after construction.
  const LedgerOptions options_;
  Clock& clock_;
  const std::shared_ptr<memory::Account> account_;

  std::atomic<std::uint64_t> lost_{0};

  // run()'s.
  std::optional<Store> store_;     // none: it could not be opened yet
  Ring<Waiting> taken_;            // swapped with waiting_
  std::vector<Entry> batch_;       // the entries being written
  std::uint64_t lost_before_ = 0;  // lost() when the disk began to fail
  bool failing_ = false;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  Ring<Waiting> waiting_ GUARDED_BY(mutex_);
};

}  // namespace vigia::ledger
