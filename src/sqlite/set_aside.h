// For a database file that is damaged: out of the way, and kept for people to look into.
//
//   if (opened.error().code == ErrorCode::damaged) {
//     auto aside = set_aside(path, clock.utc_now());   // "vigia.db.damaged-20261124T040500Z"
//     ... open the path anew, and say `*aside` in one line ...
//   }
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace vigia::sqlite {

// Renames the file and, with it, its -wal and -shm: with the same ending SQLite finds them again. Gives the
// file's new name, which no file had before. Of those that were set aside before, only the newest (by their
// names) stays: each may be as large as the disk. When it fails nothing was renamed.
// REQUIRES: no connection of this process writes to it any more; see Database::leave_log_at_close().
Result<std::string> set_aside(const std::string& path, UtcTime now);

}  // namespace vigia::sqlite
