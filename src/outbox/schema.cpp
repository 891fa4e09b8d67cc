#include "outbox/schema.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace vigia::outbox {
namespace {

constexpr std::int64_t kApplicationId = 0x56494741;  // "VIGA", in the file's header

// The image is last, so that the other columns are read without it. The index carries all that the start
// needs.
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
constexpr std::array kMigrations = {kVersion1};  // [n] leads from version n to n + 1
static_assert(kMigrations.size() == kSchemaVersion);

Error system_error(const std::string& path, std::string_view doing) {
  const int why = errno;
  return {ErrorCode::io,
          fmt::format("outbox {}: {}: {}; make the folder writable for this user, or set another "
                      "outbox.path",
                      path, doing, std::strerror(why))};
}

// The pictures of faces are nobody else's business: SQLite gives its other files the same rights.
Status create_private(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return system_error(path, "cannot open");
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode)) return ok_status();
  return Error{ErrorCode::invalid,
               fmt::format("outbox {}: is not a plain file; set another outbox.path", path)};
}

Status check_ours(Database& database, const std::string& path) {
  auto tables = database.number("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  auto mark = database.number("PRAGMA application_id");
  if (!mark) return mark.error();
  auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*mark != kApplicationId && (*mark != 0 || *tables != 0)) {
    return Error{ErrorCode::invalid,
                 fmt::format("outbox {}: is the database of another program; set another outbox.path", path)};
  }
  if (*version <= kSchemaVersion) return ok_status();
  return Error{
      ErrorCode::invalid,
      fmt::format("outbox {}: was written by a newer Vigia (schema {}, this one knows {}); run that one, "
                  "or set another outbox.path",
                  path, *version, kSchemaVersion)};
}

Status migrate(Database& database) {
  auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  for (auto from = static_cast<std::size_t>(*version); from < kMigrations.size(); ++from) {
    const std::string step =
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                    kMigrations[from], kApplicationId, from + 1);
    if (Status done = database.run(step.c_str()); !done) return done;
  }
  return ok_status();
}

}  // namespace

Result<Fd> lock_for_this_process(const std::string& path) {
  const std::string lock_path = path + ".lock";
  Fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return system_error(lock_path, "cannot create");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
    const std::string process = std::to_string(::getpid()) + "\n";
    // Only for the other's error text: a failure changes nothing.
    if (::ftruncate(lock.get(), 0) == 0)
      static_cast<void>(!::write(lock.get(), process.data(), process.size()));
    return lock;
  }
  if (errno != EWOULDBLOCK) return system_error(lock_path, "cannot lock");
  std::array<char, 16> holder{};
  const auto size = ::pread(lock.get(), holder.data(), holder.size() - 1, 0);
  std::string process(holder.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  process.erase(process.find_last_not_of('\n') + 1);
  return Error{
      ErrorCode::unavailable,
      fmt::format("outbox {}: is in use by another Vigia (process {}); stop that one, or set another "
                  "outbox.path",
                  path, process)};
}

Result<Database> open_database(const std::string& path) {
  if (Status created = create_private(path); !created) return created.error();
  Result<Database> database = Database::open(path, {"outbox", "outbox.path"});
  if (!database) return database.error();
  if (Status ours = check_ours(*database, path); !ours) return ours.error();
  // auto_vacuum counts only before the first table. FULL: a commit is on disk when it returns.
  constexpr const char* kSettings =
      "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-2000;";
  if (Status set = database->run(kSettings); !set) return set.error();
  if (Status migrated = migrate(*database); !migrated) return migrated.error();
  return database;
}

}  // namespace vigia::outbox
