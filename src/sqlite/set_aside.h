// Renames a damaged database file, so that it is out of the way and people can look into it.
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

// Renames the file together with its -wal and -shm, which SQLite finds again by the common ending. Returns
// the new name, which no file had before. Of files renamed earlier only the newest (by name) is kept, since
// each may be as large as the disk. If it fails nothing was renamed.
// REQUIRES: no connection of this process writes to it any more; see Database::leave_log_at_close().
Result<std::string> set_aside(const std::string& path, UtcTime now);

}  // namespace vigia::sqlite
