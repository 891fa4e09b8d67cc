#include "sqlite/sqlite.h"

#include <fmt/format.h>

namespace vigia::sqlite {
namespace {

std::string how_to_fix(int code, const std::string& setting) {
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

Result<Database> Database::open_with(const std::string& path, FileName name, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(path, std::move(name), handle);
  if (code != SQLITE_OK) return database.error("cannot open");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 2000);  // somebody may be using the sqlite3 program on it
  // Debian's default overwrites every deleted picture with zeros.
  if (sqlite3_exec(handle, "PRAGMA secure_delete=FAST", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return database.error("cannot open");
  }
  return database;
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
  const bool is_damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
  return {is_damaged ? ErrorCode::damaged : ErrorCode::io,
          fmt::format("{} {}: {}: {}{}", name_.what, path_, doing, why, how_to_fix(code, name_.setting))};
}

}  // namespace vigia::sqlite
