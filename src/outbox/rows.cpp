#include "outbox/rows.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace vigia::outbox {
namespace {

using sqlite::Statement;

constexpr const char* kColumns =
    "camera, camera_id, track, captured_us, seen_us, max_age_ns, stream_time_ns, face_left, face_top,"
    " face_width, face_height, roi_left, roi_top, roi_width, roi_height, score, quality, rank, confidence,"
    " size, frontality, level, proportion, eyes, sharpness, exposure, inside, jpeg_width, jpeg_height, boot, "
    "seen_boot_ns";

// Clamps microseconds to what a time of day can hold, until the year 2255: the file may hold any value.
UtcTime sane_time(std::int64_t us) {
  return from_unix_us(std::clamp<std::int64_t>(us, 0, 9'000'000'000'000'000));
}
int whole(Statement& row) {
  return static_cast<int>(std::clamp<std::int64_t>(row.integer(), -1'000'000'000, 1'000'000'000));
}
float real(Statement& row) {
  return static_cast<float>(std::clamp(row.real(), -1e30, 1e30));
}

void bind(Statement& to, std::optional<std::int64_t> value) {
  if (value) {
    to.bind(*value);
  } else {
    to.bind_null();
  }
}
std::optional<std::int64_t> optional(Statement& row) {
  if (!row.next_is_null()) return row.integer();
  row.skip();
  return std::nullopt;
}
std::optional<Nanoseconds> max_age(Statement& row) {
  const auto ns = optional(row);
  return ns ? std::optional(Nanoseconds(std::max<std::int64_t>(*ns, 0))) : std::nullopt;
}

BootTime boot_time(Statement& row) {
  const std::int64_t boot = row.integer();
  return {.boot = boot, .since = Nanoseconds(std::max<std::int64_t>(row.integer(), 0))};
}

void bind_shot(Statement& to, const StoredShot& stored) {
  const domain::Shot& shot = stored.shot;
  to.bind(stored.id).bind(std::string_view(shot.camera));
  bind(to, shot.camera_id);
  to.bind(static_cast<std::int64_t>(shot.track))
      .bind(to_unix_us(shot.captured))
      .bind(to_unix_us(stored.seen.utc));
  bind(to, shot.max_age ? std::optional<std::int64_t>(shot.max_age->count()) : std::nullopt);
  to.bind(static_cast<std::int64_t>(shot.stream_time.count()));
  for (const float value : {shot.face.left, shot.face.top, shot.face.width, shot.face.height}) {
    to.bind(static_cast<double>(value));
  }
  for (const int value : {shot.roi.left, shot.roi.top, shot.roi.width, shot.roi.height}) {
    to.bind(static_cast<std::int64_t>(value));
  }
  for (const float value : {shot.score, shot.quality.total, shot.quality.rank}) {
    to.bind(static_cast<double>(value));
  }
  for (const auto& part : domain::kQualityParts) to.bind(static_cast<double>(shot.quality.*part.value));
  to.bind(static_cast<std::int64_t>(shot.jpeg->size.width));
  to.bind(static_cast<std::int64_t>(shot.jpeg->size.height));
  to.bind(stored.seen.boot.boot).bind(static_cast<std::int64_t>(stored.seen.boot.since.count()));
  to.bind(static_cast<std::int64_t>(shot.jpeg->bytes.size()));
}

// Braced lists are evaluated from left to right: the order of the columns.
domain::Size read_shot(Statement& row, StoredShot& stored) {
  domain::Shot& shot = stored.shot;
  shot.camera = row.text();
  shot.camera_id = optional(row);
  shot.track = static_cast<std::uint64_t>(row.integer());
  shot.captured = sane_time(row.integer());
  stored.seen.utc = sane_time(row.integer());
  shot.max_age = max_age(row);
  shot.stream_time = Nanoseconds(row.integer());
  shot.face = {real(row), real(row), real(row), real(row)};
  shot.roi = {whole(row), whole(row), whole(row), whole(row)};
  shot.score = real(row);
  shot.quality.total = real(row);
  shot.quality.rank = real(row);
  for (const auto& part : domain::kQualityParts) shot.quality.*part.value = real(row);
  const domain::Size size{whole(row), whole(row)};
  stored.seen.boot = boot_time(row);
  return size;
}

void bind_tries(Statement& to, const Tries& tries) {
  for (const int number : {tries.attempts, tries.doubtful, tries.errors, tries.begun ? 1 : 0}) {
    to.bind(static_cast<std::int64_t>(number));
  }
  to.bind(std::string_view(tries.why));
}

}  // namespace

Status Rows::prepare() {
  const std::string columns = kColumns;
  std::string values = "?,?";  // id and jpeg_bytes
  for (std::size_t i = 0; i <= static_cast<std::size_t>(std::ranges::count(columns, ',')); ++i)
    values += ",?";
  const std::pair<Statement*, std::string> all[] = {
      {&insert_, "INSERT OR REPLACE INTO shots(id, " + columns + ", jpeg_bytes) VALUES(" + values + ")"},
      {&insert_image_, "INSERT OR REPLACE INTO images(shot_id, jpeg) VALUES(?,?)"},
      {&insert_owed_,
       "INSERT OR REPLACE INTO deliveries(shot_id, route, attempts, doubtful, errors, begun, last_error)"
       " VALUES(?,?,?,?,?,?,?)"},
      {&finish_, "DELETE FROM deliveries WHERE shot_id=? AND route=?"},
      {&finish_all_, "DELETE FROM deliveries WHERE shot_id=?"},
      {&tried_,
       "UPDATE deliveries SET attempts=?, doubtful=?, errors=?, begun=?,"
       " last_error=coalesce(nullif(?, ''), last_error)"
       " WHERE shot_id=? AND route=?"},
      {&read_, "SELECT " + columns + " FROM shots WHERE id=?"},
      {&read_image_, "SELECT jpeg FROM images WHERE shot_id=?"},
      {&read_owed_,
       "SELECT route, attempts, doubtful, errors, begun, last_error FROM deliveries WHERE shot_id=?"},
      {&journal_insert_, "INSERT OR REPLACE INTO journal(shot_id) VALUES(?)"},
      {&journal_delete_, "DELETE FROM journal WHERE shot_id=?"},
      {&journal_find_, "SELECT 1 FROM journal WHERE shot_id=?"},
  };
  for (const auto& [statement, sql] : all) {
    Result<Statement> prepared = database_.prepare(sql.c_str());
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return ok_status();
}

Status Rows::in_transaction(const std::function<Status()>& work) {
  if (Status begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  Status done = work();
  if (done) done = database_.run("COMMIT");
  // Some errors have rolled it back already; `done` says why it failed.
  if (!done) static_cast<void>(database_.run("ROLLBACK"));
  return done;
}

Status Rows::insert(std::span<const StoredShot> shots) {
  return in_transaction([&]() -> Status {
    for (const StoredShot& shot : shots) {
      if (Status done = insert(shot); !done) return done;
    }
    return ok_status();
  });
}

Status Rows::insert_whole(const StoredShot& stored) {
  constexpr const char* kDoing = "cannot keep a shot";
  bind_shot(insert_, stored);
  if (insert_.step() != Statement::Step::done) return database_.error(kDoing);
  insert_image_.bind(stored.id).bind(std::span<const std::byte>(stored.shot.jpeg->bytes));
  return insert_image_.step() == Statement::Step::done ? ok_status() : Status(database_.error(kDoing));
}

Status Rows::insert_owed(std::int64_t id, const Owed& owed) {
  insert_owed_.bind(id).bind(std::string_view(owed.route));
  bind_tries(insert_owed_, owed.tries);
  if (insert_owed_.step() == Statement::Step::done) return ok_status();
  return database_.error("cannot keep a shot");
}

Status Rows::insert(const StoredShot& stored) {
  constexpr const char* kDoing = "cannot keep a shot";
  for (const std::int64_t id : stored.replaces) {
    if (Status gone = forget(id); !gone) return gone;
  }
  for (const Owed& owed : stored.owed) {
    if (Status done = insert_owed(stored.id, owed); !done) return done;
  }
  if (stored.in_journal == InJournal::so_far) {
    const Result<bool> was_there = take_out_of_journal(stored.id);
    if (!was_there) return was_there.error();
    if (*was_there) return ok_status();  // and the rest of it is
  }
  if (Status done = insert_whole(stored); !done || stored.in_journal != InJournal::yes) return done;
  journal_insert_.bind(stored.id);
  return journal_insert_.step() == Statement::Step::done ? ok_status() : Status(database_.error(kDoing));
}

Result<bool> Rows::take_out_of_journal(std::int64_t id) {
  journal_delete_.bind(id);
  if (journal_delete_.step() != Statement::Step::done) return database_.error("cannot keep a shot");
  const Result<std::int64_t> deleted = database_.number("SELECT changes()");
  if (!deleted) return deleted.error();
  return *deleted > 0;
}

Status Rows::apply(std::span<const RowChange> changes) {
  if (changes.size() == 1) return apply(changes.front());
  return in_transaction([&]() -> Status {
    for (const RowChange& change : changes) {
      if (Status done = apply(change); !done) return done;
    }
    return ok_status();
  });
}

Status Rows::apply(const RowChange& change) {
  if (change.what == RowChange::What::all_finished) return forget(change.id);
  if (change.what == RowChange::What::finished) {
    finish_.bind(change.id).bind(std::string_view(change.route));
    if (finish_.step() == Statement::Step::done) return ok_status();
    return database_.error("cannot forget a delivered shot");
  }
  bind_tries(tried_, change.tries);
  tried_.bind(change.id).bind(std::string_view(change.route));
  if (tried_.step() == Statement::Step::done) return ok_status();
  return database_.error("cannot note a delivery");
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

Result<std::optional<StoredShot>> Rows::read(std::int64_t id,
                                             const std::shared_ptr<memory::Account>& account) {
  constexpr const char* kDoing = "cannot read a shot back";
  StoredShot stored;
  stored.id = id;
  read_.bind(id);
  Statement::Step step = read_.step();
  if (step == Statement::Step::failed) return database_.error(kDoing);
  if (step == Statement::Step::done) return std::optional<StoredShot>();
  const domain::Size size = read_shot(read_, stored);
  read_.reset();
  if (Status read = read_owed(stored); !read) return read.error();
  if (!account) return std::optional(std::move(stored));

  read_image_.bind(id);
  step = read_image_.step();
  if (step == Statement::Step::failed) return database_.error(kDoing);
  if (step == Statement::Step::done) return std::optional<StoredShot>();
  const std::span<const std::byte> image = read_image_.blob();
  memory::Charge charge(account, static_cast<Bytes>(image.size()));
  stored.shot.jpeg = std::make_shared<const domain::Jpeg>(
      domain::Jpeg{{image.begin(), image.end()}, size, std::move(charge)});
  read_image_.reset();
  return std::optional(std::move(stored));
}

Status Rows::read_owed(StoredShot& stored) {
  read_owed_.bind(stored.id);
  for (;;) {
    const Statement::Step step = read_owed_.step();
    if (step == Statement::Step::done) return ok_status();
    if (step == Statement::Step::failed) return database_.error("cannot read a shot back");
    Owed owed;
    owed.route = read_owed_.text();
    owed.tries = {.attempts = whole(read_owed_),
                  .doubtful = whole(read_owed_),
                  .errors = whole(read_owed_),
                  .begun = whole(read_owed_) != 0,
                  .why = read_owed_.text()};
    stored.owed.push_back(std::move(owed));
  }
}

Status Rows::each_head(const std::function<void(const RowHead&)>& visit) {
  Result<Statement> rows = database_.prepare(
      "SELECT id, jpeg_bytes, captured_us, seen_us, boot, seen_boot_ns, max_age_ns, camera, camera_id, route"
      " FROM shots JOIN deliveries ON shot_id = id ORDER BY id");
  if (!rows) return rows.error();
  RowHead head;
  for (;;) {
    const Statement::Step step = rows->step();
    if (step == Statement::Step::failed) return database_.error("cannot be read");
    const std::int64_t id = step == Statement::Step::row ? rows->integer() : 0;
    if (!head.routes.empty() && (step == Statement::Step::done || id != head.id)) {
      visit(head);
      head.routes.clear();
    }
    if (step == Statement::Step::done) return ok_status();
    head.id = id;
    head.bytes = std::clamp<Bytes>(rows->integer(), 0, 1_GiB);
    head.captured = sane_time(rows->integer());
    head.seen.utc = sane_time(rows->integer());
    head.seen.boot = boot_time(*rows);
    head.max_age = max_age(*rows);
    head.camera.name = rows->text();
    head.camera.id = optional(*rows);
    head.routes.push_back(rows->text());
  }
}

Result<std::int64_t> Rows::highest_id() {
  return database_.number(
      "SELECT max((SELECT ifnull(max(id), 0) FROM shots),"
      " (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name='shots'))");
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
        if (Status done = insert_owed(id, {.route = route, .tries = {}}); !done) return done;
      }
    }
    return database_.run("DELETE FROM journal");
  });
  if (!emptied) return emptied.error();
  return shots;
}

Result<bool> Rows::is_in_journal(std::int64_t id) {
  journal_find_.bind(id);
  const Statement::Step step = journal_find_.step();
  if (step == Statement::Step::failed) return database_.error("cannot read a shot back");
  journal_find_.reset();
  return step == Statement::Step::row;
}

// A blob that is deleted in the transaction that wrote it would never be written.
Status Rows::try_to_write(Bytes bytes) {
  constexpr const char* kDoing = "cannot keep a shot";
  const std::vector<std::byte> zeros(static_cast<std::size_t>(bytes));
  insert_image_.bind(std::int64_t{-1}).bind(std::span(zeros));  // no shot has this number
  if (insert_image_.step() != Statement::Step::done) return database_.error(kDoing);
  return database_.run("DELETE FROM images WHERE shot_id=-1");
}

void Rows::give_pages_back() {
  constexpr std::int64_t kKept = 2048;  // pages (8 MiB) that daily use fills again
  const Result<std::int64_t> free_pages = database_.number("PRAGMA freelist_count");
  if (!free_pages || *free_pages <= kKept) return;
  if (Status trimmed = database_.run("PRAGMA incremental_vacuum(256)"); !trimmed) {
    log::debug("{}", trimmed.error().text);
  }
}

}  // namespace vigia::outbox
