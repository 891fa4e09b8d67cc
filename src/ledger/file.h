// The ledger's file: its mark, its version, its table.
// Threads: thread-safe functions.
#pragma once

#include <string>

#include "base/result.h"
#include "sqlite/sqlite.h"

namespace vigia::ledger {

inline constexpr int kSchemaVersion = 2;

// Opens the file, or makes it (readable by its owner only: it holds faces). WAL with synchronous=NORMAL: no
// fsync a transaction; a power cut may cost the last seconds, never the file.
// Errors: invalid: the setting is wrong (no such folder, no right to write there, no plain file, another
// program's or a newer Vigia's database); io: what may pass (a full disk, a disk that is read-only by now);
// damaged.
Result<sqlite::Database> open_to_write(const std::string& path);

// Also while Vigia writes to it, and a file of an earlier version, which stays as it is. Errors: not_found;
// invalid, io, damaged: as above.
Result<sqlite::Database> open_to_read(const std::string& path);

}  // namespace vigia::ledger
