#include "ledger/outcome.h"

#include <algorithm>
#include <array>

namespace vigia::ledger {
namespace {

constexpr std::array kProgress = {DeliveryStatus::posted, DeliveryStatus::pending, DeliveryStatus::failed};

std::vector<Outcome> all_outcomes() {
  std::vector<Outcome> all(kProgress.begin(), kProgress.end());
  all.insert(all.end(), domain::kAllReasons.begin(), domain::kAllReasons.end());
  return all;
}

}  // namespace

std::string_view to_string(const Outcome& outcome) noexcept {
  if (const auto* const reason = std::get_if<domain::Reason>(&outcome)) return domain::to_string(*reason);
  if (const auto* const other = std::get_if<OtherWord>(&outcome)) return other->word;
  switch (*std::get_if<DeliveryStatus>(&outcome)) {
    case DeliveryStatus::pending:
      return "pending";
    case DeliveryStatus::posted:
      return "posted";
    case DeliveryStatus::failed:
      return "failed";
  }
  return "?";
}

std::optional<Outcome> parse_outcome(std::string_view text) noexcept {
  for (const DeliveryStatus progress : kProgress) {
    if (to_string(Outcome(progress)) == text) return progress;
  }
  for (const domain::Reason reason : domain::kAllReasons) {
    if (domain::to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

std::vector<std::string_view> outcome_names() {
  std::vector<std::string_view> names;
  for (const Outcome& outcome : all_outcomes()) names.push_back(to_string(outcome));
  return names;
}

}  // namespace vigia::ledger
