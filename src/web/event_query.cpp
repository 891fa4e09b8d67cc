#include "web/event_query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "ledger/since.h"

namespace vigia::web {
namespace {

constexpr std::array<std::string_view, 4> kFates{"posted", "pending", "failed", "not_posted"};
constexpr int kMostEvents = 200, kUsualEvents = 50;

// "1795438815207000-4711"
std::optional<ledger::PageQuery::Place> place_of(std::string_view cursor) {
  const std::size_t dash = cursor.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto captured = whole_number<std::int64_t>(cursor.substr(0, dash));
  const auto id = whole_number<std::int64_t>(cursor.substr(dash + 1));
  if (!captured || !id || *captured < 0 || *id < 0) return std::nullopt;
  return ledger::PageQuery::Place{*captured, *id};
}

}  // namespace

std::optional<HttpAnswer> read_event_query(const RequestTarget& target, UtcTime now,
                                           ledger::PageQuery& query) {
  if (const auto camera = target.find("camera")) query.camera = *camera;
  if (const auto fate = target.find("fate")) {
    if (std::ranges::find(kFates, *fate) == kFates.end())
      return wrong_parameter("fate", fmt::format("{}", fmt::join(kFates, ", ")));
    query.not_posted = *fate == "not_posted";
    if (!query.not_posted) query.outcome = *fate;
  }
  if (const auto reason = target.find("reason")) {
    const auto outcome = ledger::parse_outcome(*reason);
    if (!outcome || !std::holds_alternative<domain::Reason>(*outcome))
      return wrong_parameter("reason", "a reason of not_posted");
    if (!query.outcome.empty()) return wrong_parameter("reason", "with fate=not_posted, or without fate");
    query.outcome = *reason;
  }
  for (const auto& [name, time] : {std::pair{"since", &query.since}, std::pair{"until", &query.until}}) {
    const auto text = target.find(name);
    if (!text) continue;
    const auto parsed = ledger::parse_since(*text, now);
    if (!parsed) return error_answer(400, fmt::format("{}: {}", name, parsed.error().text));
    *time = *parsed;
  }
  query.limit = kUsualEvents;
  if (const auto limit = target.find("limit")) {
    const auto number = whole_number<int>(*limit);
    if (!number || *number < 1 || *number > kMostEvents)
      return wrong_parameter("limit", "a whole number from 1 to 200");
    query.limit = *number;
  }
  if (const auto cursor = target.find("cursor")) {
    query.after = place_of(*cursor);
    if (!query.after) return wrong_parameter("cursor", "'next' of the page before");
  }
  return std::nullopt;
}

}  // namespace vigia::web
