#include "ledger/store.h"

#include <utility>

#include "base/log.h"
#include "ledger/file.h"
#include "sqlite/set_aside.h"

namespace vigia::ledger {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr const char* kInsert =
    "INSERT INTO ends(camera, camera_id, track, captured_us, outcome, text, face_width, face_height, "
    "quality, rank, confidence, size, frontality, level, proportion, eyes, sharpness, exposure, inside, "
    "score, lasted_ns, sightings, thumbnail) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kSettle =
    "UPDATE ends SET outcome=?, text=coalesce(nullif(?, ''), text) WHERE captured_us=? AND camera=? AND "
    "track=? AND outcome='pending'";
// Rows are numbered without gaps in the order of their insertion.
constexpr const char* kTrim = "DELETE FROM ends WHERE id <= (SELECT max(id) FROM ends) - ?";

void bind(Statement& to, const TrackEnd& end) {
  to.bind(std::string_view(end.key.camera));
  end.camera_id ? to.bind(*end.camera_id) : to.bind_null();
  to.bind(static_cast<std::int64_t>(end.key.track)).bind(to_unix_us(end.key.captured));
  to.bind(to_string(end.outcome)).bind(std::string_view(end.text));
  const domain::FaceQuality& quality = end.quality;
  for (const float value : {end.face_width, end.face_height, quality.total, quality.rank}) {
    to.bind(double{value});
  }
  for (const auto& part : domain::kQualityParts) to.bind(double{quality.*part.value});
  to.bind(double{end.score});
  to.bind(std::int64_t{end.lasted.count()}).bind(std::int64_t{end.sightings});
  to.bind(std::span<const std::byte>(end.thumbnail));
}

void bind(Statement& to, const Settlement& settlement) {
  to.bind(to_string(settlement.outcome)).bind(std::string_view(settlement.text));
  to.bind(to_unix_us(settlement.key.captured)).bind(std::string_view(settlement.key.camera));
  to.bind(static_cast<std::int64_t>(settlement.key.track));
}

}  // namespace

Result<Store> Store::open(const LedgerOptions& options) {
  Result<Database> database = open_to_write(options.path);
  if (!database) return database.error();
  Statements statements;
  for (const auto& [statement, sql] :
       {std::pair(&statements.insert, kInsert), std::pair(&statements.settle, kSettle),
        std::pair(&statements.trim, kTrim)}) {
    Result<Statement> prepared = database->prepare(sql);
    if (!prepared) return prepared.error();
    *statement = *std::move(prepared);
  }
  Store store(*std::move(database), std::move(statements), options.keep);
  if (Status trimmed = store.trim(); !trimmed) return trimmed.error();
  // Only a smaller `keep` leaves many pages free.
  if (Status shrunk = store.database_.run("PRAGMA incremental_vacuum"); !shrunk) return shrunk.error();
  return store;
}

Status Store::set_aside(const LedgerOptions& options, UtcTime now) {
  const Result<std::string> aside = sqlite::set_aside(options.path, now);
  if (!aside) return aside.error();
  log::error("ledger {}: is damaged and is kept as {}; a new one is begun", options.path, *aside);
  return ok_status();
}

Status Store::write(std::span<const Entry> entries) {
  Status written = database_.run("BEGIN IMMEDIATE");
  const bool begun = written.ok();
  if (written) written = write_each(entries);
  if (written) written = trim();
  if (written) written = database_.run("COMMIT");
  if (written) return written;
  // SQLite may have rolled back by itself: then this fails, and nothing is wrong.
  if (begun) static_cast<void>(database_.run("ROLLBACK").ok());
  if (written.error().code == ErrorCode::damaged) database_.leave_log_at_close();
  return written;
}

Status Store::write_each(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    const auto* const end = std::get_if<TrackEnd>(&entry);
    Statement& statement = end != nullptr ? statements_.insert : statements_.settle;
    end != nullptr ? bind(statement, *end) : bind(statement, std::get<Settlement>(entry));
    if (Status done = step(statement); !done) return done;
  }
  return ok_status();
}

Status Store::trim() {
  statements_.trim.bind(keep_);
  return step(statements_.trim);
}

Status Store::step(Statement& statement) {
  if (statement.step() == Statement::Step::done) return ok_status();
  return database_.error("cannot be written");
}

}  // namespace vigia::ledger
