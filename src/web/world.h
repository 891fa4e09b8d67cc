// What the HTTP server is given of the rest of the program: nothing that it could change or hold up.
// Threads: a value; the functions are thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "memory/memory_manager.h"
#include "pipeline/live_view.h"
#include "status/snapshot.h"

namespace vigia::web {

struct World {
  std::function<status::Snapshot()> snapshot;
  std::function<std::shared_ptr<pipeline::LiveView>(std::string_view camera)>
      live_view;                             // null: no such camera
  std::function<SteadyTime()> housekeeping;  // when it last began a round
  memory::MemoryManager& memory;
  Clock& clock;
  std::string ledger_path;    // empty: none is kept
  std::string settings_json;  // one object, without secrets
  std::string version;
  Bytes outbox_limit = 0;  // outbox.max_bytes
};

}  // namespace vigia::web
