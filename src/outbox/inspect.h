// Looks at an outbox file without changing anything on the disk, also beside the Vigia that uses it: for
// `vigia check`. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace vigia::outbox {

struct Inspection {
  bool exists = false;
  // The process that has it open ("1234"), "" where its number is not known; nothing: none has.
  std::optional<std::string> used_by{};
  bool is_older = false;   // of an older Vigia: the next start brings it up to date
  std::int64_t shots = 0;  // that wait in it
};

// Errors: invalid: no file can be made or written there, or it is not a plain file; refused: not Vigia's, or
// of a newer Vigia; damaged; io.
Result<Inspection> inspect(const std::string& path);

}  // namespace vigia::outbox
