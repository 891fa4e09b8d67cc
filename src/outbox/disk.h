// The outbox file, its connections and its locks; what "on disk" means.
//
// outbox.durability says what survives what. SQLite keeps a write-ahead log (WAL): a commit appends to it, in
// one piece or not at all, and the log is folded into the file now and then, with fsyncs of both.
//   full     each commit is followed by an fsync (synchronous=FULL), except the mark that a delivery begins.
//   shots    inserts only. The other commits go to the log without an fsync (synchronous=NORMAL): the system
//            has them, so the end of this process loses none; a power cut may lose those since the last
//            insert or folding. The log is read back up to the first hole, and an insert's fsync makes
//            everything before it whole: so a lost deletion never takes an insert with it. At the worst a few
//            shots are sent again.
//   process  no commit is (NORMAL): a power cut may lose up to 4 MB of changes, yet never damages the file:
//            the fsyncs of the folding remain. (synchronous=OFF would save those too, and risk the whole
//            file.)
// A sync that fails is never followed by writing on as if nothing had been: the log is written again and
// synced first (sqlite::Database::write_log_again), else a power cut would lose what is appended later. So is
// the log of an earlier run, whose last sync may have failed. Senders read images over a connection of their
// own, so they never wait for an insert's fsync.
//
// Nothing is opened before the first call, and what could not be opened is tried again by the next one.
// Errors of each: ErrorCode::io: not now (full, read-only, failing, held by another program); damaged: see
// renew(); others: the user has to act (the path is wrong, not Vigia's, of a newer Vigia, or another process
// has it).
//
// Damage: renew() copies what can still be read into a new file beside it, <path>.mending. Once that is whole
// and synced it is <path>.mended; then the damaged one is set aside, and the new one takes its place.
// Whenever a crash interrupts this, the next connection finds one of the two, whole, and goes on from there.
// If the copying fails, nothing has changed; if a step after it fails, the next connection finishes the
// exchange. renew() copies at most once a minute, so as not to fill a dying disk with copies.
// Threads: thread-safe; a lock for each connection. The writer's is taken before the reader's.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "outbox/damage.h"
#include "outbox/outbox_options.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class Disk {
 public:
  // account: images that are read are charged to it.
  Disk(const OutboxOptions& options, std::vector<std::string> routes,
       std::shared_ptr<memory::Account> account, Clock& clock);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Call it before the others, until it succeeds. Calls `visit` for all rows, in the order of their numbers;
  // returns the highest number ever used. The journal's rows are of earlier runs: they are now owed to all
  // routes, and appended to `recovered`, without images (also where the rest fails).
  Result<std::int64_t> load(const std::function<void(const RowHead&)>& visit,
                            std::vector<domain::Shot>& recovered);

  Status insert(std::span<const StoredShot> shots);
  enum class Sync { as_set, never };
  Status apply(std::span<const RowChange> changes, Sync sync = Sync::as_set);
  enum class Part { whole, without_image };
  Result<std::optional<StoredShot>> read(std::int64_t id, Part part);

  // After a full disk: the log's room can be used again once it is folded into the file.
  void make_room();
  // Ok if the disk takes an image of that size.
  Status try_to_write(Bytes bytes);

  struct Renewal {
    std::string aside;  // the damaged file's new name
    Salvaged carried;
  };
  // generation: generation() from before the call that failed. Nothing: that file is no longer in use.
  Result<std::optional<Renewal>> renew(unsigned generation, std::span<const std::int64_t> known);
  [[nodiscard]] unsigned generation() const noexcept { return generation_; }

  [[nodiscard]] const std::string& path() const noexcept { return options_.path; }

 private:
  // Opens what is not open; then, and after a failed sync, it writes the log again.
  Status connect() REQUIRES(writing_);
  Status connect_reader() REQUIRES(reading_);
  void disconnect() REQUIRES(writing_, reading_);
  Status sync_commits(bool yes) REQUIRES(writing_);
  Result<Salvaged> copy_readable(std::span<const std::int64_t> known) REQUIRES(writing_);
  // Puts a complete copy in the damaged file's place.
  Status use_whole_copy() REQUIRES(writing_);

  // Constant after construction.
  const OutboxOptions options_;
  const std::vector<std::string> routes_;
  const std::string unfinished_copy_, whole_copy_;  // paths: .mending, .mended
  const std::shared_ptr<memory::Account> account_;
  Clock& clock_;

  std::atomic<unsigned> generation_{0};

  // State below is protected by writing_, and by reading_ (taken after the other).
  Mutex writing_;
  Mutex reading_;
  Fd lock_file_ GUARDED_BY(writing_);
  std::optional<Rows> writer_ GUARDED_BY(writing_);
  std::optional<Rows> reader_ GUARDED_BY(reading_);
  unsigned read_generation_ GUARDED_BY(reading_) = 0;  // the reader's file
  bool commits_sync_ GUARDED_BY(writing_) = true;
  std::string aside_ GUARDED_BY(writing_);  // where the last damaged file is
  std::optional<SteadyTime> renew_not_before_ GUARDED_BY(writing_);
};

}  // namespace vigia::outbox
