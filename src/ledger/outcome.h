// How a track ended, and the spelling of it: "posted", "pending", "failed", or a reason such as "too_small".
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/face_reason.h"

namespace vigia::ledger {

enum class DeliveryStatus {
  pending,  // in the outbox: the receiver has neither accepted nor refused it
  posted,   // the receiver accepted it
  failed,   // it is unknown whether the receiver has it, or it is lost
};
// An outcome that another version of Vigia wrote, shown as it is stored. Occurs only in a reader.
struct OtherWord {
  std::string word;
  bool operator==(const OtherWord&) const = default;
};
using Outcome = std::variant<DeliveryStatus, domain::Reason, OtherWord>;

// Valid as long as the outcome exists.
[[nodiscard]] std::string_view to_string(const Outcome& outcome) noexcept;
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text) noexcept;
[[nodiscard]] std::vector<std::string_view> outcome_names();

}  // namespace vigia::ledger
