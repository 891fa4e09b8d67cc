// One SQLite connection and its prepared statements, with errors as values.
// Threads: one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vigia::sqlite {

class Statement {
 public:
  enum class Step { row, done, failed };

  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters are numbered by the order of their binding since the last reset().
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::byte> blob);  // not copied: must outlive the step
  Statement& bind_null();

  // After `done` or `failed` the statement is ready to be bound anew.
  Step step();

  // Columns of the row, read from left to right. Blobs are valid until the next step.
  std::int64_t integer() { return sqlite3_column_int64(statement_.get(), next_column_++); }
  double real() { return sqlite3_column_double(statement_.get(), next_column_++); }
  std::string text();
  std::span<const std::byte> blob();
  [[nodiscard]] bool next_is_null() const {
    return sqlite3_column_type(statement_.get(), next_column_) == SQLITE_NULL;
  }
  void skip() { ++next_column_; }
  void reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_parameter_ = 1;
  int next_column_ = 0;
};

// For error texts: the user's name for the file, and the setting that names it.
struct FileName {
  std::string what;     // "outbox"
  std::string setting;  // "outbox.path"
};

class Database {
 public:
  // Opens or creates the file; nothing is read yet. Whatever the default of the system's SQLite, deleted data
  // is overwritten only if that costs no additional write (secure_delete=FAST): its bytes may stay in free
  // pages until new data takes them.
  static Result<Database> open(const std::string& path, FileName name);
  // Never creates or changes the file; works while another process writes to it.
  static Result<Database> open_to_read(const std::string& path, FileName name);
  // Reads a file that no other process has open, including what its log holds, and creates, changes or
  // removes no file. If another process does have it open: calls fail (ErrorCode::io) if there is a log that
  // is not empty; else that process's changes are not seen.
  static Result<Database> open_untouched(const std::string& path, FileName name);

  Status run(const char* sql);                   // statements without results
  Result<std::int64_t> number(const char* sql);  // the first column of the first row
  // Error: ErrorCode::damaged also if a table or column is missing.
  Result<Statement> prepare(const char* sql);
  [[nodiscard]] std::int64_t last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

  // True: closing writes nothing. For a damaged file, which is kept as it was found.
  void leave_log_at_close(bool yes = true);

  // True once a sync of the file or of its log has failed. Linux does not write such pages again at the next
  // sync: what is on the disk may lack them although reading shows them, and whatever is appended behind them
  // to the log would be lost with them in a power cut. So call write_log_again() before the next change.
  [[nodiscard]] bool sync_has_failed() const { return log_->sync_failed; }
  // Writes the whole write-ahead log again, and syncs it. Ok: all commits so far are on the disk. (The file
  // needs none of that: SQLite keeps the log until the file is synced.) Cost: the log's size, 4 MB mostly.
  // Call it after opening, too, before a change that must last: of an earlier process nobody knows whether
  // its last sync failed.
  Status write_log_again();

  // The last call's error: the failed operation, where, why, and how to fix it. ErrorCode::damaged: the file
  // is not a database, or not a complete one: see set_aside.h.
  [[nodiscard]] Error error(std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  static Result<Database> open_with(const std::string& path, FileName name, int flags,
                                    const std::string& uri = {});
  struct WriteAheadLog {
    std::string of;       // "outbox /var/lib/vigia/vigia.db", for log lines
    std::string setting;  // "outbox.path"
    bool sync_failed = false;
    bool trouble_said = false;  // since it was last folded
  };
  Database(std::string path, FileName name, sqlite3* handle)
      : path_(std::move(path)),
        name_(std::move(name)),
        log_(std::make_unique<WriteAheadLog>(
            WriteAheadLog{.of = name_.what + " " + path_, .setting = name_.setting})),
        handle_(handle) {}
  // Folds the log into the file when it is long, as SQLite does by itself. The commit before it has
  // succeeded, so a failure is not the caller's: where a sync failed, or the log has grown beyond 16 MB, it
  // is logged, once until the log is folded.
  static int fold_log(void* state, sqlite3* handle, const char* name, int pages);

  std::string path_;
  FileName name_;
  std::unique_ptr<WriteAheadLog> log_;  // fold_log() has its address
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace vigia::sqlite
