// The part of Rows that serves the journal: see journal.h.
#include <utility>

#include "outbox/rows.h"

namespace vigia::outbox {

using sqlite::Statement;

Status Rows::prepare_journal() {
  const std::pair<Statement*, const char*> all[] = {
      {&journal_insert_, "INSERT OR REPLACE INTO journal(shot_id) VALUES(?)"},
      {&journal_delete_, "DELETE FROM journal WHERE shot_id=?"},
      {&journal_find_, "SELECT 1 FROM journal WHERE shot_id=?"},
  };
  for (const auto& [statement, sql] : all) {
    Result<Statement> prepared = database_.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return ok_status();
}

// A row of the journal has no deliveries, and any other row is not in the journal: one of the two statements
// finds it, and a trigger deletes the rest.
Status Rows::forget(std::int64_t id) {
  for (Statement* const each : {&journal_delete_, &finish_all_}) {
    each->bind(id);
    if (each->step() != Statement::Step::done) return database_.error("cannot forget a shot");
  }
  return ok_status();
}

Result<bool> Rows::take_out_of_journal(std::int64_t id) {
  journal_delete_.bind(id);
  if (journal_delete_.step() != Statement::Step::done) return database_.error("cannot keep a shot");
  const Result<std::int64_t> deleted = database_.number("SELECT changes()");
  if (!deleted) return deleted.error();
  return *deleted > 0;
}

Result<bool> Rows::is_in_journal(std::int64_t id) {
  journal_find_.bind(id);
  const Statement::Step step = journal_find_.step();
  if (step == Statement::Step::failed) return database_.error("cannot read a shot back");
  journal_find_.reset();
  return step == Statement::Step::row;
}

Result<std::vector<domain::Shot>> Rows::empty_journal(std::span<const std::string> routes) {
  std::vector<domain::Shot> shots;
  std::vector<std::int64_t> ids;
  Result<Statement> rows =
      database_.prepare("SELECT shot_id FROM journal JOIN shots ON id = shot_id ORDER BY shot_id");
  if (!rows) return rows.error();
  Statement::Step step = Statement::Step::row;
  while ((step = rows->step()) == Statement::Step::row) ids.push_back(rows->integer());
  if (step == Statement::Step::failed) return database_.error("cannot be read");
  if (ids.empty()) return shots;  // a disk that takes nothing now is no reason not to start
  for (const std::int64_t id : ids) {
    auto stored = read(id, nullptr);
    if (!stored) return stored.error();
    if (*stored) shots.push_back(std::move((*stored)->shot));
  }
  const Status emptied = in_transaction([&]() -> Status {
    for (const std::int64_t id : ids) {
      for (const std::string& route : routes) {
        insert_owed_.bind(id).bind(std::string_view(route));
        for (int i = 0; i < 4; ++i) insert_owed_.bind(std::int64_t{0});
        insert_owed_.bind(std::string_view());
        if (insert_owed_.step() != Statement::Step::done) return database_.error("cannot keep a shot");
      }
    }
    return database_.run("DELETE FROM journal");
  });
  if (!emptied) return emptied.error();
  return shots;
}

}  // namespace vigia::outbox
