#include "outbox/schema.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace vigia::outbox {
namespace {

constexpr std::int64_t kApplicationId = 0x56494741;  // "VIGA", in the file's header

constexpr const char* kVersion1 = R"(
  CREATE TABLE shots(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    camera TEXT NOT NULL,
    camera_id INTEGER,
    track INTEGER NOT NULL,
    captured_us INTEGER NOT NULL,
    stream_time_ns INTEGER NOT NULL,
    face_left REAL NOT NULL, face_top REAL NOT NULL, face_width REAL NOT NULL, face_height REAL NOT NULL,
    roi_left INTEGER NOT NULL, roi_top INTEGER NOT NULL, roi_width INTEGER NOT NULL, roi_height INTEGER NOT NULL,
    score REAL NOT NULL,
    quality REAL NOT NULL, confidence REAL NOT NULL, size REAL NOT NULL, frontality REAL NOT NULL,
    proportion REAL NOT NULL, sharpness REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    jpeg_width INTEGER NOT NULL, jpeg_height INTEGER NOT NULL,
    jpeg_bytes INTEGER NOT NULL,
    jpeg BLOB NOT NULL);
  CREATE INDEX shots_by_capture ON shots(captured_us, jpeg_bytes);
)";
// One delivery per receiver (a route); a trigger deletes a shot with its last delivery. Images are apart, so
// that the start reads the other columns only. Version 1 knew one receiver: its shots go to the primary
// route.
constexpr const char* kVersion2 = R"(
  ALTER TABLE shots RENAME TO shots_1;
  CREATE TABLE shots(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    camera TEXT NOT NULL,
    camera_id INTEGER,
    track INTEGER NOT NULL,
    captured_us INTEGER NOT NULL,
    seen_us INTEGER NOT NULL,
    max_age_ns INTEGER,
    stream_time_ns INTEGER NOT NULL,
    face_left REAL NOT NULL, face_top REAL NOT NULL, face_width REAL NOT NULL, face_height REAL NOT NULL,
    roi_left INTEGER NOT NULL, roi_top INTEGER NOT NULL, roi_width INTEGER NOT NULL, roi_height INTEGER NOT NULL,
    score REAL NOT NULL,
    quality REAL NOT NULL, confidence REAL NOT NULL, size REAL NOT NULL, frontality REAL NOT NULL,
    proportion REAL NOT NULL, sharpness REAL NOT NULL,
    jpeg_width INTEGER NOT NULL, jpeg_height INTEGER NOT NULL,
    jpeg_bytes INTEGER NOT NULL);
  CREATE TABLE images(shot_id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL);
  CREATE TABLE deliveries(
    shot_id INTEGER NOT NULL,
    route TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    PRIMARY KEY(shot_id, route)) WITHOUT ROWID;
  INSERT INTO shots SELECT id, camera, camera_id, track, captured_us, captured_us, NULL, stream_time_ns,
    face_left, face_top, face_width, face_height, roi_left, roi_top, roi_width, roi_height, score, quality,
    confidence, size, frontality, proportion, sharpness, jpeg_width, jpeg_height, jpeg_bytes FROM shots_1;
  INSERT INTO images SELECT id, jpeg FROM shots_1;
  INSERT INTO deliveries SELECT id, '$PRIMARY', attempts, doubtful, last_error FROM shots_1;
  DROP TABLE shots_1;
  CREATE TRIGGER last_delivery AFTER DELETE ON deliveries
    WHEN NOT EXISTS (SELECT 1 FROM deliveries WHERE shot_id = OLD.shot_id)
  BEGIN
    DELETE FROM images WHERE shot_id = OLD.shot_id;
    DELETE FROM shots WHERE id = OLD.shot_id;
  END;
)";
// The state of a delivery, in columns of its own; and a shot's age by the count since the machine's start.
constexpr const char* kVersion3 = R"(
  ALTER TABLE shots ADD COLUMN boot INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE shots ADD COLUMN seen_boot_ns INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE deliveries ADD COLUMN errors INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE deliveries ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
)";
// More parts of the quality. In old files sharpness and the rest are by an older formula: good enough to
// send.
constexpr const char* kVersion4 = R"(
  ALTER TABLE shots ADD COLUMN rank REAL NOT NULL DEFAULT 0;
  ALTER TABLE shots ADD COLUMN level REAL NOT NULL DEFAULT 0;
  ALTER TABLE shots ADD COLUMN eyes REAL NOT NULL DEFAULT 0;
  ALTER TABLE shots ADD COLUMN exposure REAL NOT NULL DEFAULT 0;
  ALTER TABLE shots ADD COLUMN inside REAL NOT NULL DEFAULT 0;
)";
// The journal: shots of tracks that were open when they were written, not owed to any receiver yet.
constexpr const char* kVersion5 = R"(
  CREATE TABLE journal(shot_id INTEGER PRIMARY KEY);
  CREATE TRIGGER journal_forgotten AFTER DELETE ON journal
    WHEN NOT EXISTS (SELECT 1 FROM deliveries WHERE shot_id = OLD.shot_id)
  BEGIN
    DELETE FROM images WHERE shot_id = OLD.shot_id;
    DELETE FROM shots WHERE id = OLD.shot_id;
  END;
)";
constexpr std::array kMigrations = {kVersion1, kVersion2, kVersion3, kVersion4,
                                    kVersion5};  // [n] leads from version n to n + 1
static_assert(kMigrations.size() == kSchemaVersion);

// True for errors that a disk may cause with a correct path; all others are due to the setting.
bool may_pass(int why) {
  return why == ENOSPC || why == EDQUOT || why == EROFS || why == EIO || why == EMFILE || why == ENFILE;
}

Error system_error(const std::string& path, std::string_view doing) {
  const int why = errno;
  return {may_pass(why) ? ErrorCode::io : ErrorCode::invalid,
          fmt::format("outbox {}: {}: {}; make the folder writable for this user, or set another "
                      "outbox.path",
                      path, doing, std::strerror(why))};
}

// Pictures of faces are private, so only the owner may read the file: SQLite gives its other files the same
// mode.
Status create_private(const std::string& path) {
  const Fd fd = open_private(path, O_RDWR);
  if (!fd.valid()) return system_error(path, "cannot open");
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode)) return ok_status();
  return Error{ErrorCode::invalid,
               fmt::format("outbox {}: is not a plain file; set another outbox.path", path)};
}

// The process number that the holder of the lock wrote into it.
std::string process_in(const Fd& lock) {
  std::array<char, 16> holder{};
  const auto size = ::pread(lock.get(), holder.data(), holder.size() - 1, 0);
  std::string process(holder.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  process.erase(process.find_last_not_of('\n') + 1);
  return process;
}

std::string with_primary(std::string sql, const std::string& primary) {
  constexpr std::string_view kPlace = "$PRIMARY";
  const std::size_t at = sql.find(kPlace);
  return at == std::string::npos ? sql : sql.replace(at, kPlace.size(), primary);
}

Status migrate(Database& database, const std::string& primary) {
  auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  for (auto from = static_cast<std::size_t>(*version); from < kMigrations.size(); ++from) {
    const std::string step =
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                    with_primary(kMigrations[from], primary), kApplicationId, from + 1);
    if (Status done = database.run(step.c_str()); !done) {
      static_cast<void>(database.run("ROLLBACK"));
      return done;
    }
  }
  return ok_status();
}

}  // namespace

Status check_ours(Database& database, const std::string& path) {
  auto tables = database.number("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  auto mark = database.number("PRAGMA application_id");
  if (!mark) return mark.error();
  auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*mark != kApplicationId && (*mark != 0 || *tables != 0)) {
    return Error{ErrorCode::refused,
                 fmt::format("outbox {}: is the database of another program; set another outbox.path", path)};
  }
  if (*version <= kSchemaVersion) return ok_status();
  return Error{
      ErrorCode::refused,
      fmt::format("outbox {}: was written by a newer Vigia (schema {}, this one knows {}); run that one, "
                  "or set another outbox.path",
                  path, *version, kSchemaVersion)};
}

std::optional<std::string> holder_of_lock(const std::string& path) {
  const Fd lock(::open((path + ".lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock.valid() || ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return std::nullopt;
  return process_in(lock);
}

Result<Fd> lock_for_this_process(const std::string& path) {
  const std::string lock_path = path + ".lock";
  Fd lock = open_private(lock_path, O_RDWR);
  if (!lock.valid()) return system_error(lock_path, "cannot create");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
    const std::string process = std::to_string(::getpid()) + "\n";
    // Only for the error text of a second process: a failure changes nothing.
    if (::ftruncate(lock.get(), 0) == 0)
      static_cast<void>(!::write(lock.get(), process.data(), process.size()));
    return lock;
  }
  if (errno != EWOULDBLOCK) return system_error(lock_path, "cannot lock");
  return Error{
      ErrorCode::unavailable,
      fmt::format("outbox {}: is in use by another Vigia (process {}); stop that one, or set another "
                  "outbox.path",
                  path, process_in(lock))};
}

Result<Database> open_database(const std::string& path, const std::string& primary) {
  if (Status created = create_private(path); !created) return created.error();
  Result<Database> database = Database::open(path, {"outbox", "outbox.path"});
  if (!database) return database.error();
  database->leave_log_at_close();  // in case it is damaged, or another program's
  if (Status ours = check_ours(*database, path); !ours) return ours.error();
  // auto_vacuum counts only before the first table.
  constexpr const char* kSettings =
      "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-2000; PRAGMA trusted_schema=OFF;";
  if (Status set = database->run(kSettings); !set) return set.error();
  if (Status migrated = migrate(*database, primary); !migrated) return migrated.error();
  database->leave_log_at_close(false);
  return database;
}

Result<Database> open_to_read(const std::string& path) {
  Result<Database> database = Database::open_to_read(path, {"outbox", "outbox.path"});
  if (!database) return database.error();
  constexpr const char* kSettings =
      "PRAGMA query_only=ON; PRAGMA cache_size=-2000; PRAGMA trusted_schema=OFF;";
  if (Status set = database->run(kSettings); !set) return set.error();
  return database;
}

}  // namespace vigia::outbox
