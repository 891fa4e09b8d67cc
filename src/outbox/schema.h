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

// Locks <path>.lock, which one process at a time can do. The system frees it when the process ends, however
// that happens. Errors: ErrorCode::io if a later call may succeed (a full, read-only or failing disk);
// unavailable: another process has it; invalid: the user has to fix the path or its permissions.
Result<Fd> lock_for_this_process(const std::string& path);

// The process that has the lock ("1234"), "" where it could not write its number; nothing: no process does.
// Makes no file.
std::optional<std::string> holder_of_lock(const std::string& path);

// Error refused: the file is another program's or a newer Vigia's. Other errors: it cannot be read.
Status check_ours(Database& database, const std::string& path);

// Opens or creates the file, and creates or updates its tables. Shots of version 1, which knew one receiver,
// go to the primary route (a plain word). Errors: io and invalid as above; those of check_ours(); damaged: it
// is not a database, or not a whole one.
Result<Database> open_database(const std::string& path, const std::string& primary);

// A further connection to the same file, which neither creates nor changes it.
Result<Database> open_to_read(const std::string& path);

}  // namespace vigia::outbox
