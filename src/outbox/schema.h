// The outbox file: its application id, its version, its tables, and the lock that keeps other processes out.
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "sqlite/sqlite.h"

namespace vigia::outbox {

using sqlite::Database;
using sqlite::Statement;

inline constexpr int kSchemaVersion = 5;

// Held by one process at a time: <path>.lock, freed by the system when the process ends, however it ends.
// Errors of both: ErrorCode::io where a later call may succeed (a full, read-only or failing disk); invalid,
// refused, unavailable (another process has it) where the user has to act.
Result<Fd> lock_for_this_process(const std::string& path);

// The process that has the lock ("1234"), "" where it could not write its number; nothing: no process does.
// Makes no file.
std::optional<std::string> holder_of_lock(const std::string& path);

// Error refused: it is not Vigia's, or of a newer Vigia.
Status check_ours(Database& database, const std::string& path);

// Opens the file, refuses one that is not Vigia's or is of a newer Vigia, makes or updates the tables. Shots
// of version 1, which knew one receiver, go to the primary route (a plain word). Error: ErrorCode::damaged
// where the file is no database or not a whole one.
Result<Database> open_database(const std::string& path, const std::string& primary);

// A further connection to the same file, which neither makes nor changes it.
Result<Database> open_to_read(const std::string& path);

}  // namespace vigia::outbox
