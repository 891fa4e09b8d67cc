// What the user sets for keeping shots until they are delivered. Keys: outbox.*, delivery.*
#pragma once

#include <string>

namespace vigia::outbox {

struct OutboxOptions {
  std::string path = "./vigia.db";  // the database file; others beside it begin with its name

  bool operator==(const OutboxOptions&) const = default;
};

struct DeliveryOptions {
  std::string directory;  // where faces go as files; empty: nowhere, or ./faces when there is no other receiver
  int senders = 2;                    // shots sent at a time
  double stop_timeout = 10.0;         // seconds that a stop waits for unsent shots; the rest stays on disk

  bool operator==(const DeliveryOptions&) const = default;
};

}  // namespace vigia::outbox
