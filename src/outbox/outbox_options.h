// What the user sets for keeping shots until they are delivered. Keys: outbox.*, delivery.*
#pragma once

#include <string>

#include "base/bytes.h"

namespace vigia::outbox {

struct OutboxOptions {
  std::string path = "./vigia.db";   // the database file; others beside it begin with its name
  std::string durability = "shots";  // full, shots, process: see disk.h
  Bytes max_bytes = 10_GiB;          // of images that wait; beyond that the oldest are shed; 0: no limit
  double max_age = 7 * 24 * 3600;    // seconds; what is older has expired; 0: never
  double journal_interval = 5;  // seconds; the best shot so far of open tracks is kept so often; 0: never

  bool operator==(const OutboxOptions&) const = default;
};

struct DeliveryOptions {
  std::string
      directory;    // where faces go as files; empty: nowhere, or ./faces when there is no other receiver
  int senders = 2;  // shots sent at a time, to each receiver
  double stop_timeout = 10.0;                 // seconds that a stop waits for unsent shots
  std::string replay_order = "newest_first";  // or oldest_first: of shots that waited, after an outage
  double replay_rate = 20;                    // shots a second to each receiver, of those; 0: no limit

  bool operator==(const DeliveryOptions&) const = default;
};

}  // namespace vigia::outbox
