// Reads and writes the rows of the outbox file: a shot, its image, and a delivery for each of its receivers.
// It holds SQL and nothing else: waiting_shots.h knows what is due, claimed or too old, and disk.h which
// thread may wait for the disk. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/camera_key.h"
#include "domain/shot.h"
#include "memory/budget.h"
#include "sqlite/sqlite.h"

namespace vigia::outbox {

// The highest valid number, which counting can never reach.
inline constexpr std::int64_t kHighestId = std::int64_t{1} << 62;

// The attempts to deliver a shot to one receiver.
struct Tries {
  int attempts = 0;    // how often a sender took it and gave it back
  int doubtful = 0;    // of these: sent whole and never answered
  int errors = 0;      // of these: answered with neither "later" nor "never"
  bool begun = false;  // an attempt is under way; in a row of an earlier run: was cut short
  std::string why;     // why the last one failed; redacted by the courier

  bool operator==(const Tries&) const = default;
};

// A delivery that is still to be made.
struct Owed {
  std::string route;
  Tries tries;
};

// When this machine saw a shot, whatever `captured` says (it may be the stream's own time).
struct FrameTime {
  UtcTime utc;
  BootTime boot;
};

// How a shot relates to the journal: see journal.h.
enum class InJournal {
  no,
  yes,     // its track is open: not owed to any receiver yet
  so_far,  // its row is there, as `yes`; from now on it is owed like any other
};

struct StoredShot {
  std::int64_t id = 0;  // in the order of adding, never used twice
  FrameTime seen;
  domain::Shot shot;  // without its image if only the rest was read
  std::vector<Owed> owed;
  InJournal in_journal = InJournal::no;
  std::vector<std::int64_t> replaces;  // rows of the journal that the insert of this shot deletes
};

// The columns of a shot that the start needs.
struct RowHead {
  std::int64_t id = 0;
  Bytes bytes = 0;  // of its image
  UtcTime captured;
  FrameTime seen;
  std::optional<Nanoseconds> max_age;
  domain::CameraKey camera;
  std::vector<std::string> routes;
};

// A change of one delivery. It may be applied twice: it holds the row's new values, not differences.
struct RowChange {
  enum class What { finished, all_finished, tried };
  std::int64_t id = 0;
  What what = What::finished;
  std::string route;  // not of all_finished, which also ends deliveries of routes that are not set
  Tries tries;        // of tried

  bool operator==(const RowChange&) const = default;
};

class Rows {
 public:
  explicit Rows(sqlite::Database database) : database_(std::move(database)) {}
  // Call it first.
  Status prepare();

  // Writes all of them or none, in one transaction. A shot that exists already is replaced, so an insert can
  // be repeated if it is not known how far it got.
  Status insert(std::span<const StoredShot> shots);
  Status apply(std::span<const RowChange> changes);

  // Nothing: there is no such row. account: what the image is charged to; null: it is not read.
  Result<std::optional<StoredShot>> read(std::int64_t id, const std::shared_ptr<memory::Account>& account);
  Status each_head(const std::function<void(const RowHead&)>& visit);
  // The highest number of all shots that were ever in the file; 0: there were none.
  Result<std::int64_t> highest_id();

  // In one transaction: the journal's rows become shots that are owed to these routes, and the journal is
  // empty. Returns them, without images.
  Result<std::vector<domain::Shot>> empty_journal(std::span<const std::string> routes);
  Result<bool> is_in_journal(std::int64_t id);

  // Writes so many bytes and deletes them again: ok if the disk takes an image of that size.
  Status try_to_write(Bytes bytes);

  // Gives up to 1 MiB of free pages back to the system: after an outage the file is large and nearly empty.
  void give_pages_back();

  [[nodiscard]] sqlite::Database& database() { return database_; }

 private:
  Status in_transaction(const std::function<Status()>& work);
  Status insert(const StoredShot& shot);
  Status insert_whole(const StoredShot& shot);
  Status insert_owed(std::int64_t id, const Owed& owed);
  // True if it was there.
  Result<bool> take_out_of_journal(std::int64_t id);
  Status forget(std::int64_t id);
  Status apply(const RowChange& change);
  Status read_owed(StoredShot& shot);

  sqlite::Database database_;
  sqlite::Statement insert_, insert_image_, insert_owed_, finish_, finish_all_, tried_, read_, read_image_,
      read_owed_;  // after the database: they end first
  sqlite::Statement journal_insert_, journal_delete_, journal_find_;
};

}  // namespace vigia::outbox
