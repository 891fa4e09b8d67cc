// Writes ends of tracks into the ledger's file, and keeps the newest.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "base/result.h"
#include "ledger/ledger_options.h"
#include "ledger/track_end.h"
#include "sqlite/sqlite.h"

namespace vigia::ledger {

class Store {
 public:
  // REQUIRES: keep > 0. Ends in the file beyond `keep` are deleted at once. Errors: as open_to_write() in
  // file.h.
  static Result<Store> open(const LedgerOptions& options);
  // Renames the damaged file, and logs the new name. REQUIRES: no Store has it open.
  static Status set_aside(const LedgerOptions& options, UtcTime now);

  // Writes all of them or, with an error, none; then deletes the oldest beyond `keep`. One transaction; about
  // 20 us per entry, and an fsync only at a checkpoint, every 4 MB or so. A settlement whose end is no longer
  // kept, or was settled before, changes nothing. Errors: io, damaged.
  Status write(std::span<const Entry> entries);

 private:
  struct Statements {
    sqlite::Statement insert, settle, trim;
  };
  Store(sqlite::Database database, Statements statements, std::int64_t keep)
      : database_(std::move(database)), statements_(std::move(statements)), keep_(keep) {}

  Status write_each(std::span<const Entry> entries);
  Status step(sqlite::Statement& statement);
  Status trim();

  sqlite::Database database_;
  Statements statements_;  // after the database: they end first
  std::int64_t keep_;
};

}  // namespace vigia::ledger
