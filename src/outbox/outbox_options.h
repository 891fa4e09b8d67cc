// The settings for keeping shots until they are delivered. Keys: outbox.*
#pragma once

#include <string>

#include "base/bytes.h"

namespace vigia::outbox {

struct OutboxOptions {
  std::string path = "./vigia.db";   // the database file; others beside it begin with its name
  std::string durability = "shots";  // full, shots, process: see disk.h
  Bytes max_bytes = 10_GiB;          // of images that wait; beyond that the oldest are shed; 0: no limit
  double max_age = 7 * 24 * 3600;    // seconds; what is older has expired; 0: never
  double journal_interval =
      5;  // seconds; how often the best shots so far of open tracks are stored; 0: never

  bool operator==(const OutboxOptions&) const = default;
};

}  // namespace vigia::outbox
