// Shots that wait in the outbox, and shots that the outbox itself gave up since the start. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace vigia::status {

struct OutboxStatus {
  struct Route {
    std::string name;
    std::size_t pending = 0;
    Nanoseconds oldest{0};  // how long the oldest of them has waited in this run; 0: none waits
  };
  std::vector<Route> routes;
  std::size_t shots = 0;      // that wait for at least one route
  Bytes bytes = 0;            // of their images
  std::size_t in_memory = 0;  // of the shots: not on disk, which refuses them
  std::uint64_t shed = 0, expired = 0, lost = 0;
  std::uint64_t never_on_disk = 0;    // of the lost ones: not on disk when the program ended
  std::size_t in_journal = 0;         // tracks that are open and have a shot on disk; in none of the above
  std::uint64_t journal_refused = 0;  // how often one had no room there, or the disk refused it
};

}  // namespace vigia::status
