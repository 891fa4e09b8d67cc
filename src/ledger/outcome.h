// How a track ended, and how that is spelled: "posted", "pending", "failed", or a reason, "too_small".
// Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/face_reason.h"

namespace vigia::ledger {

enum class Progress {
  pending,  // in the outbox: the receiver has not said yes or no
  posted,   // the receiver said yes
  failed,   // nobody knows whether the receiver has it, or it is lost
};
// What another version of Vigia wrote: told as it stands. Only a reader meets it.
struct OtherWord {
  std::string word;
  bool operator==(const OtherWord&) const = default;
};
using Outcome = std::variant<Progress, domain::Reason, OtherWord>;

// As long as the outcome is there.
[[nodiscard]] std::string_view to_string(const Outcome& outcome) noexcept;
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text) noexcept;
[[nodiscard]] std::vector<std::string_view> outcome_names();

}  // namespace vigia::ledger
