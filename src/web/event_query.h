// Which of the ledger's events a request wants: camera, fate, reason, since, until, limit and cursor of
// /api/v1/events. Threads: a pure function.
#pragma once

#include <optional>

#include "base/clock.h"
#include "ledger/reader.h"
#include "web/message.h"

namespace vigia::web {

// Fills `query`. Nothing: ok; else the answer that says which parameter is wrong.
std::optional<HttpAnswer> read_event_query(const RequestTarget& target, UtcTime now,
                                           ledger::PageQuery& query);

}  // namespace vigia::web
