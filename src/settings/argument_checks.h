// What the values of command line options are checked by: each returns nothing when the text is right,
// else what is wrong, as CLI11 wants it. Pure.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <type_traits>

#include "settings/problems.h"
#include "settings/value.h"

namespace vigia::settings {

using ArgumentCheck = std::function<std::string(const std::string&)>;

// CLI11's own range does not tell a word from a number that is too large.
template <class Number>
ArgumentCheck number_from_to(Number at_least, Number at_most) {
  return [at_least, at_most](const std::string& text) -> std::string {
    Number value{};
    const bool number = !parse(RawValue::text(text), &value).has_value();
    if (number && value >= at_least && value <= at_most) return {};
    return fmt::format("{} is not a{} number from {:.10g} to {:.10g}", shown(RawValue::text(text), false),
                       std::is_integral_v<Number> ? " whole" : "", static_cast<double>(at_least),
                       static_cast<double>(at_most));
  };
}

}  // namespace vigia::settings
