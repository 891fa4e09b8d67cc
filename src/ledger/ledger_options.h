// What the user sets for the ledger of tracks' ends. Keys: ledger.*
#pragma once

#include <string>

namespace vigia::ledger {

struct LedgerOptions {
  std::string path = "./vigia-events.db";  // the database file; others beside it begin with its name
  int keep = 10000;                        // ends of tracks, the newest; 0: none, and no thumbnails are taken

  bool operator==(const LedgerOptions&) const = default;
};

}  // namespace vigia::ledger
