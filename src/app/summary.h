// The summary of a run, made from the last snapshot: as JSON for --summary (field names are a contract, see
// docs/architecture.md) and as text for people. Threads: pure functions.
#pragma once

#include <string>

#include "status/snapshot.h"

namespace vigia::app {

enum class Detail { brief, stages };  // stages: also how long each stage took
std::string to_json(const status::Snapshot& snapshot, Detail detail = Detail::brief);
std::string to_text(const status::Snapshot& snapshot, Detail detail = Detail::brief);

}  // namespace vigia::app
