// Keeps best shots on disk until a receiver has them.
//
//   auto outbox = Outbox::open(options.outbox, memory, clock);   // error: one line, exit 2
//   outbox.add(shot);                                            // on disk when it returns ok
//   auto next = outbox.take(clock.now(), stop);                  // a sender's; see run_sender() in send.h
//
// Guarantees
// 1. A shot for which add() returned ok survives a crash and a power cut: SQLite in WAL mode with
//    synchronous=FULL, one fsync for each add, finished and postpone (about 1 ms on an SSD).
// 2. add() that fails changed nothing and can be called again with the same shot (disk full).
// 3. A claimed shot is nobody else's until finished() or postpone(). Claims and due times live in memory:
// after
//    a restart everything that was not finished is due at once.
// 4. One process at a time per file (flock on <path>.lock, freed by the system when the process ends).
// 5. No secret is stored: a shot holds none, and `why` comes redacted from the courier.
// Order: oldest capture first; a shot that waits for a retry holds up no other.
// Not yet: bounds by bytes and age, a second file when the first is damaged (the open then fails).
// Threads: thread-safe. One connection behind one lock; reading an image of 300 KB takes well under 1 ms.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "domain/shot.h"
#include "memory/memory_manager.h"
#include "outbox/due_queue.h"
#include "outbox/outbox_options.h"
#include "outbox/schema.h"
#include "sqlite/sqlite.h"

namespace vigia::outbox {

struct PendingShot {
  std::int64_t id = 0;
  domain::Shot shot;
  int attempts = 0;  // deliveries tried before this one, also before a restart
  int doubtful = 0;  // of these: how many the receiver may have taken all the same
};

struct Postponement {
  SteadyTime until;
  bool doubtful = false;  // the receiver may have the shot
  std::string why;        // kept beside the shot, for people who look into the file
};

class Outbox {
 public:
  // Errors: the path is not writable, no Vigia database, of a newer Vigia, or used by another process.
  // memory: images that are read back are charged to vigia/outbox. Both must outlive the outbox.
  static Result<std::unique_ptr<Outbox>> open(const OutboxOptions& options, memory::MemoryManager& memory,
                                              Clock& clock);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // REQUIRES: shot.jpeg.
  Status add(const domain::Shot& shot);

  // Waits for a due shot, at the earliest at `not_before` (a sender's pause after failures), and claims it.
  // Nothing: a stop was asked for, or the outbox drains and nothing is due now.
  // Error: the shot's row cannot be read; it stays in the file and is tried again a minute later.
  Result<std::optional<PendingShot>> take(SteadyTime not_before, const std::stop_token& stop);

  // Delivered, or given up for good: its row is deleted. When that fails (disk full) it is not handed out
  // again, and its deletion is tried again with the next call; only a crash before that sends it twice.
  Status finished(std::int64_t id);
  // Not delivered: due again at `until`.
  Status postpone(std::int64_t id, const Postponement& postponement);

  // From now on take() waits no more: senders end as soon as nothing is due. For a stop, once the last
  // add() is done. What waits for a retry stays on disk for the next start.
  void drain();

  struct Pending {
    std::size_t shots = 0;
    Bytes bytes = 0;  // of their images
  };
  [[nodiscard]] Pending pending() const;

 private:
  struct Statements {
    Statement insert, read, erase, postpone;
  };
  // What a sender does next: a claimed shot, or the end, or a wait for `until` or a request on `woken`.
  struct Turn {
    std::optional<WaitingShot> claimed;
    bool ended = false;
    SteadyTime until;
    std::stop_source woken;
  };

  Outbox(Fd lock_file, Database database, memory::MemoryManager& memory, Clock& clock);
  Status prepare() REQUIRES(mutex_);
  Status load() REQUIRES(mutex_);
  Turn next_turn(SteadyTime not_before);
  Result<std::optional<PendingShot>> read(const WaitingShot& waiting);
  Status erase(std::int64_t id) REQUIRES(mutex_);
  void erase_leftovers() REQUIRES(mutex_);
  void give_pages_back() REQUIRES(mutex_);
  void wake_senders() REQUIRES(mutex_);

  // Constant after construction.
  Clock& clock_;
  const std::shared_ptr<memory::Account> account_;
  const Fd lock_file_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  Database database_ GUARDED_BY(mutex_);
  Statements statements_ GUARDED_BY(mutex_);  // after the database: they end first
  DueQueue queue_ GUARDED_BY(mutex_);
  std::vector<std::int64_t> leftovers_ GUARDED_BY(mutex_);  // finished, but still in the file
  bool draining_ GUARDED_BY(mutex_) = false;
  // Waiting senders sleep by the clock until this is requested; then it is replaced. So one wait serves new
  // shots, due times (also a fake clock's) and stops.
  std::stop_source woken_ GUARDED_BY(mutex_);
};

}  // namespace vigia::outbox
