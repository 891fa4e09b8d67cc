// What the user sets for the ledger of tracks' ends. Keys: ledger.*
#pragma once

#include <string>

namespace vigia::ledger {

struct LedgerOptions {
  std::string path = "./vigia-events.db";  // the database file; others beside it begin with its name
  int keep = 10000;                        // number of the newest ends to keep; 0: none, and no thumbnails

  bool operator==(const LedgerOptions&) const = default;
};

}  // namespace vigia::ledger
