// The outbox file: its mark, its version, its tables, and the lock that keeps others out.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "sqlite/sqlite.h"

namespace vigia::outbox {

using sqlite::Database;
using sqlite::Statement;

inline constexpr int kSchemaVersion = 1;

// Held by one process at a time: <path>.lock, freed by the system when the process ends, however it ends.
Result<Fd> lock_for_this_process(const std::string& path);

// Opens the file, refuses what is not Vigia's or of a newer Vigia, makes or updates the tables.
Result<Database> open_database(const std::string& path);

}  // namespace vigia::outbox
