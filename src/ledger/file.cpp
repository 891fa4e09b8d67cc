#include "ledger/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace vigia::ledger {
namespace {

using sqlite::Database;

constexpr std::int64_t kApplicationId = 0x56494745;  // "VIGE", in the file's header
const sqlite::FileName kName{"ledger", "ledger.path"};

// The thumbnail is last, so that the other columns are read without it.
constexpr const char* kVersion1 = R"(
  CREATE TABLE ends(
    id INTEGER PRIMARY KEY,
    camera TEXT NOT NULL, camera_id INTEGER, track INTEGER NOT NULL, captured_us INTEGER NOT NULL,
    outcome TEXT NOT NULL, text TEXT NOT NULL,
    face_width REAL NOT NULL, face_height REAL NOT NULL,
    quality REAL NOT NULL, confidence REAL NOT NULL, size REAL NOT NULL, frontality REAL NOT NULL,
    proportion REAL NOT NULL, sharpness REAL NOT NULL, score REAL NOT NULL,
    lasted_ns INTEGER NOT NULL, sightings INTEGER NOT NULL,
    thumbnail BLOB NOT NULL);
  CREATE INDEX ends_by_capture ON ends(captured_us, camera, track);
)";
// More parts of the quality; null for ends written before.
constexpr const char* kVersion2 = R"(
  ALTER TABLE ends RENAME TO ends_1;
  DROP INDEX ends_by_capture;
  CREATE TABLE ends(
    id INTEGER PRIMARY KEY,
    camera TEXT NOT NULL, camera_id INTEGER, track INTEGER NOT NULL, captured_us INTEGER NOT NULL,
    outcome TEXT NOT NULL, text TEXT NOT NULL,
    face_width REAL NOT NULL, face_height REAL NOT NULL,
    quality REAL NOT NULL, rank REAL, confidence REAL NOT NULL, size REAL NOT NULL, frontality REAL NOT NULL,
    level REAL, proportion REAL NOT NULL, eyes REAL, sharpness REAL NOT NULL, exposure REAL, inside REAL,
    score REAL NOT NULL, lasted_ns INTEGER NOT NULL, sightings INTEGER NOT NULL,
    thumbnail BLOB NOT NULL);
  INSERT INTO ends SELECT id, camera, camera_id, track, captured_us, outcome, text, face_width, face_height,
    quality, NULL, confidence, size, frontality, NULL, proportion, NULL, sharpness, NULL, NULL, score, lasted_ns,
    sightings, thumbnail FROM ends_1;
  DROP TABLE ends_1;
  CREATE INDEX ends_by_capture ON ends(captured_us, camera, track);
)";
constexpr std::array kMigrations = {kVersion1, kVersion2};  // [n] leads from version n to n + 1
static_assert(kMigrations.size() == kSchemaVersion);

// Errors that a disk can cause in a file that worked before; all others are the setting's fault.
bool may_pass(int why) {
  return why == ENOSPC || why == EDQUOT || why == EROFS || why == EIO || why == EMFILE || why == ENFILE;
}

Error system_error(const std::string& path, std::string_view doing) {
  const int why = errno;
  return {may_pass(why) ? ErrorCode::io : ErrorCode::invalid,
          fmt::format("ledger {}: {}: {}; make the folder writable for this user, or set another ledger.path",
                      path, doing, std::strerror(why))};
}

// Others must not read faces: SQLite gives its other files the same permissions.
Status create_private(const std::string& path) {
  const Fd fd = open_private(path, O_RDWR);
  if (!fd.valid()) return system_error(path, "cannot open");
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode)) return ok_status();
  return Error{ErrorCode::invalid,
               fmt::format("ledger {}: is not a plain file; set another ledger.path", path)};
}

Status check_ours(Database& database, const std::string& path) {
  const auto tables = database.number("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  const auto mark = database.number("PRAGMA application_id");
  if (!mark) return mark.error();
  const auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*mark != kApplicationId && (*mark != 0 || *tables != 0)) {
    return Error{ErrorCode::invalid,
                 fmt::format("ledger {}: is the database of another program; set another ledger.path", path)};
  }
  if (*version <= kSchemaVersion) return ok_status();
  return Error{
      ErrorCode::invalid,
      fmt::format("ledger {}: was written by a newer Vigia (schema {}, this one knows {}); run that one, "
                  "or set another ledger.path",
                  path, *version, kSchemaVersion)};
}

Status migrate(Database& database) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  for (auto from = static_cast<std::size_t>(*version); from < kMigrations.size(); ++from) {
    const std::string step =
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                    kMigrations[from], kApplicationId, from + 1);
    if (Status done = database.run(step.c_str()); !done) {
      static_cast<void>(database.run("ROLLBACK"));
      return done;
    }
  }
  return ok_status();
}

Status prepare(Database& database, const std::string& path) {
  if (Status ours = check_ours(database, path); !ours) return ours;
  // auto_vacuum counts only before the first table.
  constexpr const char* kSettings =
      "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
      "PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-1000;";
  if (Status set = database.run(kSettings); !set) return set;
  return migrate(database);
}

}  // namespace

Result<Database> open_to_write(const std::string& path) {
  if (Status created = create_private(path); !created) return created.error();
  Result<Database> database = Database::open(path, kName);
  if (!database) return database.error();
  if (Status prepared = prepare(*database, path); !prepared) {
    if (prepared.error().code == ErrorCode::damaged) database->leave_log_at_close();
    return prepared.error();
  }
  return database;
}

Result<Database> open_to_read(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 && errno == ENOENT) {
    return Error{ErrorCode::not_found,
                 fmt::format("ledger {}: is not there: vigia run makes it, unless ledger.keep is 0; name "
                             "another with -c FILE or --set ledger.path=FILE",
                             path)};
  }
  Result<Database> database = Database::open_to_read(path, kName);
  if (!database) return database.error();
  if (Status ours = check_ours(*database, path); !ours) return ours.error();
  const auto version = database->number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version > 0) return database;
  return Error{ErrorCode::not_found, fmt::format("ledger {}: is empty: nothing was ever kept in it", path)};
}

Status inspect(const std::string& path, bool in_use) {
  const auto wrong = [&path](std::string_view why) {
    return Error{ErrorCode::invalid, fmt::format("ledger {}: {}; set another ledger.path", path, why)};
  };
  struct stat info {};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) return wrong("is not a plain file");
  if (const auto why = why_not_writable(path)) return wrong(*why);
  if (!exists) return ok_status();
  if (::access(path.c_str(), R_OK | W_OK) != 0) return system_error(path, "cannot open");
  Result<Database> database =
      in_use ? Database::open_to_read(path, kName) : Database::open_untouched(path, kName);
  return database ? check_ours(*database, path) : Status(database.error());
}

}  // namespace vigia::ledger
