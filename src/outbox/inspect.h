// Reads an outbox file for `vigia check`, without changing anything on the disk, even while a Vigia uses it.
// Threads: thread-safe.
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

// Errors: invalid: no file can be created or written there, or it is not a plain file; refused: the file is
// another program's or a newer Vigia's; damaged; io.
Result<Inspection> inspect(const std::string& path);

}  // namespace vigia::outbox
