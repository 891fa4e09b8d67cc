// The ledger's file: its application id, its version, its table.
// Threads: thread-safe functions.
#pragma once

#include <string>

#include "base/result.h"
#include "sqlite/sqlite.h"

namespace vigia::ledger {

inline constexpr int kSchemaVersion = 2;

// Opens the file, or creates it (readable by its owner only: it holds faces). WAL with synchronous=NORMAL: no
// fsync per transaction; a power cut may lose the last seconds, never the file.
// Errors: invalid: the setting is wrong (no such folder, no permission to write there, not a plain file,
// another program's or a newer Vigia's database); io: a condition that may pass (a disk that is full or has
// become read-only); damaged.
Result<sqlite::Database> open_to_write(const std::string& path);

// Works while Vigia writes to the file, and with a file of an earlier version, which is not changed. Errors:
// not_found; invalid, io, damaged: as above.
Result<sqlite::Database> open_to_read(const std::string& path);

// Tests, for `vigia check`, whether the ledger could be opened to write, without changing anything on the
// disk. in_use: a running Vigia has it open. Errors: as open_to_write(); a missing file is not an error.
Status inspect(const std::string& path, bool in_use);

}  // namespace vigia::ledger
