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

// An end with its number, which grows with each end that is recorded.
struct KeptEnd {
  std::int64_t id = 0;
  TrackEnd end;  // without its thumbnail
  bool has_thumbnail = false;
};

// For pages of ends, and for what is new.
struct PageQuery {
  std::string camera{};            // empty: all
  std::string outcome{};           // as outcome.h spells it; empty: any
  bool not_posted = false;         // only those with a reason
  std::optional<UtcTime> since{};  // captured then or later
  std::optional<UtcTime> until{};  // captured before
  struct Place {
    std::int64_t captured_us = 0, id = 0;
  };
  std::optional<Place> after{};  // the last one of the page before
  std::int64_t from_id = 0;      // only this number and later ones
  int limit = 50;
};

class Reader {
 public:
  // Errors: as open_to_read() in file.h.
  static Result<Reader> open(const std::string& path);

  // Ordered by time of capture, newest first. Cost: milliseconds with 10 000 ends in the file.
  Result<std::vector<TrackEnd>> newest(const EndQuery& question);
  // As newest().
  Result<std::vector<KeptEnd>> page(const PageQuery& question);
  // Its JPEG; empty: it has none, or there is no such end (any more).
  Result<std::vector<std::byte>> thumbnail(std::int64_t id);
  // The largest number; 0: none.
  Result<std::int64_t> last_id() { return database_.number("SELECT coalesce(max(id), 0) FROM ends"); }
  // The cameras of which ends are kept, in alphabetical order.
  Result<std::vector<std::string>> cameras();
  Result<std::int64_t> count() { return database_.number("SELECT count(*) FROM ends"); }

 private:
  explicit Reader(sqlite::Database database) : database_(std::move(database)) {}

  sqlite::Database database_;
};

}  // namespace vigia::ledger
