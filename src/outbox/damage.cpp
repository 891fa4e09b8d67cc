#include "outbox/damage.h"

#include <set>
#include <utility>

#include "outbox/schema.h"

namespace vigia::outbox {
namespace {

// Reads as much of the table as it can.
void collect_ids(Database& database, const char* sql, std::set<std::int64_t>& ids) {
  Result<Statement> rows = database.prepare(sql);
  if (!rows) return;
  while (rows->step() == Statement::Step::row) ids.insert(rows->integer());
}

// False: it cannot be read. Error: it cannot be written.
Result<bool> carry(std::int64_t id, const std::vector<std::string>& routes,
                   const std::shared_ptr<memory::Account>& account, Rows& from, Rows& into) {
  if (id > kHighestId) return false;
  Result<std::optional<StoredShot>> read = from.read(id, account);
  if (!read || !*read) return false;
  StoredShot& shot = **read;
  const auto in_journal = from.is_in_journal(id);
  if (in_journal && *in_journal) shot.in_journal = InJournal::yes;
  if (shot.owed.empty() && shot.in_journal == InJournal::no) {
    for (const std::string& route : routes) shot.owed.push_back({.route = route, .tries = {}});
  }
  if (Status kept = into.insert({&shot, 1}); !kept) return kept.error();
  return true;
}

// Error: ErrorCode::damaged where nothing can be found in it.
Result<Rows> open_damaged(const std::string& path) {
  Result<Database> database = Database::open(path, {"outbox", "outbox.path"});
  if (!database) return database.error();
  database->leave_log_at_close();
  // With writable_schema SQLite reads a file although it is shorter than its header says.
  constexpr const char* kSettings =
      "PRAGMA writable_schema=ON; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF";
  if (Status set = database->run(kSettings); !set) return set.error();
  const auto version = database->number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version != kSchemaVersion) return Error{ErrorCode::damaged, "its schema is not this one's"};
  Rows rows(*std::move(database));
  if (Status prepared = rows.prepare(); !prepared) return prepared.error();
  return rows;
}

}  // namespace

Result<Salvaged> salvage(const std::string& from, const std::vector<std::string>& routes,
                         std::span<const std::int64_t> known, const std::shared_ptr<memory::Account>& account,
                         Rows& into) {
  Salvaged carried;
  Result<Rows> rows = open_damaged(from);
  if (!rows) {
    if (rows.error().code != ErrorCode::damaged) return rows.error();
    carried.unreadable = known.size();
    return carried;
  }
  std::set<std::int64_t> ids(known.begin(), known.end());
  collect_ids(rows->database(), "SELECT id FROM shots ORDER BY id", ids);
  collect_ids(rows->database(), "SELECT id FROM shots ORDER BY id DESC", ids);
  // A shot of which only its deliveries are left is at least counted.
  collect_ids(rows->database(), "SELECT shot_id FROM deliveries ORDER BY shot_id", ids);
  for (const std::int64_t id : ids) {
    const Result<bool> done = carry(id, routes, account, *rows, into);
    if (!done) return done.error();
    if (*done) {
      carried.ids.push_back(id);
    } else {
      ++carried.unreadable;
    }
  }
  return carried;
}

}  // namespace vigia::outbox
