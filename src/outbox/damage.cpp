#include "outbox/damage.h"

#include <set>

#include "base/log.h"
#include "outbox/schema.h"

namespace vigia::outbox {
namespace {

// As far as the table can be followed.
void collect_ids(Database& database, const char* sql, std::set<std::int64_t>& ids) {
  Result<Statement> rows = database.prepare(sql);
  if (!rows) return;
  while (rows->step() == Statement::Step::row) ids.insert(rows->integer());
}

bool carry(std::int64_t id, const std::vector<std::string>& routes,
           const std::shared_ptr<memory::Account>& account, Rows& from, Rows& into) {
  Result<std::optional<StoredShot>> read = from.read(id, account);
  if (!read || !*read) return false;
  StoredShot& shot = **read;
  if (shot.owed.empty()) {
    for (const std::string& route : routes) shot.owed.push_back({.route = route});
  }
  const Status kept = into.insert({&shot, 1});
  if (!kept) log::debug("{}", kept.error().text);
  return kept.ok();
}

}  // namespace

Carried carry_over(const std::string& from, const std::vector<std::string>& routes,
                   std::span<const std::int64_t> known, const std::shared_ptr<memory::Account>& account,
                   Rows& into) {
  Carried carried{.ids = {}, .unreadable = known.size()};
  Result<Database> database = Database::open(from, {"outbox", "outbox.path"});
  if (!database) return carried;
  database->leave_log_at_close();
  // writable_schema is SQLite's word for "read it although it is shorter than it says".
  if (!database->run("PRAGMA writable_schema=ON; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF"))
    return carried;
  const auto version = database->number("PRAGMA user_version");
  if (!version || *version != kSchemaVersion) return carried;
  Rows rows(*std::move(database));
  if (!rows.prepare()) return carried;

  std::set<std::int64_t> ids(known.begin(), known.end());
  collect_ids(rows.database(), "SELECT id FROM shots ORDER BY id", ids);
  collect_ids(rows.database(), "SELECT id FROM shots ORDER BY id DESC", ids);
  // A shot of which only this is left is at least counted.
  collect_ids(rows.database(), "SELECT shot_id FROM deliveries ORDER BY shot_id", ids);
  carried.unreadable = 0;
  for (const std::int64_t id : ids) {
    if (carry(id, routes, account, rows, into)) {
      carried.ids.push_back(id);
    } else {
      ++carried.unreadable;
    }
  }
  return carried;
}

}  // namespace vigia::outbox
