// Queries the ledger's file for the ends of tracks; also while Vigia runs, without disturbing it.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/track_end.h"
#include "sqlite/sqlite.h"

namespace vigia::ledger {

struct EndQuery {
  std::optional<std::string> camera;
  std::optional<Outcome> outcome;
  std::optional<UtcTime> since;  // captured then or later
  int limit = 50;
  bool thumbnails = false;  // else they are left empty
};

class Reader {
 public:
  // Errors: as open_to_read() in file.h.
  static Result<Reader> open(const std::string& path);

  // Ordered by time of capture, newest first. Cost: milliseconds with 10 000 ends in the file.
  Result<std::vector<TrackEnd>> newest(const EndQuery& question);
  // The cameras of which ends are kept, in alphabetical order.
  Result<std::vector<std::string>> cameras();
  Result<std::int64_t> count() { return database_.number("SELECT count(*) FROM ends"); }

 private:
  explicit Reader(sqlite::Database database) : database_(std::move(database)) {}

  sqlite::Database database_;
};

}  // namespace vigia::ledger
