// Copies what can still be read of a damaged outbox file into a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "memory/budget.h"
#include "outbox/rows.h"

namespace vigia::outbox {

struct Salvaged {
  std::vector<std::int64_t> ids;  // ascending
  std::size_t unreadable = 0;     // shots that were found, or known, and could not be read whole
};

// from: the damaged file, which is not changed. It is searched from both ends, and for the known numbers; a
// shot whose deliveries cannot be read is treated as owed to all routes.
// Copies nothing from a file of another schema, or one in which nothing can be found.
// Error: the new file does not take all of it, or the old one cannot be opened now: nothing is lost yet, and
// it can be tried again. Cost: every image is copied, one at a time in memory.
Result<Salvaged> salvage(const std::string& from, const std::vector<std::string>& routes,
                         std::span<const std::int64_t> known, const std::shared_ptr<memory::Account>& account,
                         Rows& into);

}  // namespace vigia::outbox
