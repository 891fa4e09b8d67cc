#include "sqlite/sqlite.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/log.h"

namespace vigia::sqlite {
namespace {

bool is_of_a_sync(int code) {
  return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

std::string how_to_fix(int code, const std::string& setting) {
  if (is_of_a_sync(code)) {
    return "; a sync failed: check the disk; the data is written again";
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "; the disk is full: make room, what waits is tried again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "; make it writable for this user, or set another " + setting;
    case SQLITE_BUSY:
      return "; another program holds it: close that program";
    default:
      return "";
  }
}

// "file:///var/lib/vigia.db?immutable=1"; characters that mean something in a URI are written as %XX.
std::string immutable_uri(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  std::string uri = "file://";
  for (const char c : failed ? path : absolute.string()) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '-' || c == '_';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri + "?immutable=1";
}

}  // namespace

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), next_parameter_++, value);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), next_parameter_++, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(statement_.get(), next_parameter_++, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::span<const std::byte> blob) {
  // An empty blob needs an address that is not null, else SQLite binds NULL.
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  sqlite3_bind_blob64(statement_.get(), next_parameter_++, data, blob.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_.get(), next_parameter_++);
  return *this;
}

Statement::Step Statement::step() {
  next_column_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return Step::row;
  reset();
  return code == SQLITE_DONE ? Step::done : Step::failed;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  next_parameter_ = 1;
}

std::string Statement::text() {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), next_column_));
  const int size = sqlite3_column_bytes(statement_.get(), next_column_++);
  return data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

std::span<const std::byte> Statement::blob() {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), next_column_));
  const int size = sqlite3_column_bytes(statement_.get(), next_column_++);
  return {data, data == nullptr ? 0 : static_cast<std::size_t>(size)};
}

Result<Database> Database::open(const std::string& path, FileName name) {
  return open_with(path, std::move(name), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

Result<Database> Database::open_to_read(const std::string& path, FileName name) {
  return open_with(path, std::move(name), SQLITE_OPEN_READONLY);
}

// SQLite keeps a log's index in memory if this connection has the file to itself, and otherwise in a file,
// which it would create. If there is no log, the database is opened as immutable: otherwise SQLite would
// create one.
Result<Database> Database::open_untouched(const std::string& path, FileName name) {
  std::error_code failed;
  const auto log_size = std::filesystem::file_size(path + "-wal", failed);
  if (failed || log_size == 0) {
    return open_with(path, std::move(name), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, immutable_uri(path));
  }
  Result<Database> database = open_with(path, std::move(name), SQLITE_OPEN_READWRITE);
  if (!database) return database.error();
  database->leave_log_at_close();
  if (Status set = database->run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=ON"); !set)
    return set.error();
  return database;
}

Result<Database> Database::open_with(const std::string& path, FileName name, int flags,
                                     const std::string& uri) {
  sqlite3* handle = nullptr;
  const char* const file = uri.empty() ? path.c_str() : uri.c_str();
  const int code = sqlite3_open_v2(file, &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(path, std::move(name), handle);
  if (code != SQLITE_OK) return database.error("cannot open");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 2000);  // somebody may be using the sqlite3 program on it
  // Debian's default overwrites every deleted picture with zeros.
  if (sqlite3_exec(handle, "PRAGMA secure_delete=FAST", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return database.error("cannot open");
  }
  sqlite3_wal_hook(handle, &Database::fold_log, database.log_.get());
  return database;
}

int Database::fold_log(void* state, sqlite3* handle, const char* name, int pages) {
  constexpr int kLong = 1000;      // pages, SQLite's own default
  constexpr int kTooLong = 4'000;  // 16 MB with SQLite's pages of 4 KB
  if (pages < kLong) return SQLITE_OK;
  auto& notes = *static_cast<WriteAheadLog*>(state);
  int all = 0, folded = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, &all, &folded);
  if (code == SQLITE_OK && folded == all) {
    notes.trouble_said = false;
    return SQLITE_OK;
  }
  if (is_of_a_sync(code)) notes.sync_failed = true;
  if ((is_of_a_sync(code) || pages > kTooLong) && !std::exchange(notes.trouble_said, true)) {
    log::warn("{}: its log cannot be folded into the file, and grows until it can: {}{}", notes.of,
              code == SQLITE_OK ? "somebody is reading the file" : sqlite3_errstr(code),
              how_to_fix(code, notes.setting));
  }
  return SQLITE_OK;  // the commit succeeded; the log is folded later
}

Status Database::write_log_again() {
  const auto failed = [this](const char* why) {
    return Error{ErrorCode::io, fmt::format("{} {}: cannot write its log again after a failed sync: {}",
                                            name_.what, path_, why)};
  };
  sqlite3_file* log = nullptr;
  const int found =
      sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  sqlite3_int64 size = 0;
  if (found != SQLITE_OK || log == nullptr ||
      log->pMethods == nullptr) {  // none is open: nothing was appended
    log_->sync_failed = false;
    return ok_status();
  }
  if (const int code = log->pMethods->xFileSize(log, &size); code != SQLITE_OK)
    return failed(sqlite3_errstr(code));
  std::array<char, 65536> piece{};
  for (sqlite3_int64 at = 0; at < size; at += static_cast<sqlite3_int64>(piece.size())) {
    const int bytes = static_cast<int>(std::min<sqlite3_int64>(size - at, piece.size()));
    int code = log->pMethods->xRead(log, piece.data(), bytes, at);
    if (code == SQLITE_OK) code = log->pMethods->xWrite(log, piece.data(), bytes, at);
    if (code != SQLITE_OK) return failed(sqlite3_errstr(code));
  }
  if (const int code = log->pMethods->xSync(log, SQLITE_SYNC_FULL); code != SQLITE_OK)
    return failed("sync failed");
  log_->sync_failed = false;
  return ok_status();
}

Status Database::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return ok_status();
  return error("cannot be used");
}

Result<std::int64_t> Database::number(const char* sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  if (statement->step() != Statement::Step::row) return error("cannot be read");
  return statement->integer();
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    Error failed = error("cannot be used");
    if ((sqlite3_extended_errcode(handle_.get()) & 0xff) == SQLITE_ERROR) failed.code = ErrorCode::damaged;
    return failed;
  }
  return Statement(statement);
}

void Database::leave_log_at_close(bool yes) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes ? 1 : 0, nullptr);
}

Error Database::error(std::string_view doing) const {
  const int code = handle_ ? sqlite3_extended_errcode(handle_.get()) : SQLITE_NOMEM;
  const char* why = handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory";
  if (is_of_a_sync(code)) log_->sync_failed = true;
  const bool is_damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
  return {is_damaged ? ErrorCode::damaged : ErrorCode::io,
          fmt::format("{} {}: {}: {}{}", name_.what, path_, doing, why, how_to_fix(code, name_.setting))};
}

}  // namespace vigia::sqlite
