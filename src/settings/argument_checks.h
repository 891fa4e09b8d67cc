// Checks for the values of command line options: each returns an empty text when the value is right, else
// what is wrong, as CLI11 expects. Pure functions.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "settings/problems.h"
#include "settings/value.h"

namespace vigia::settings {

using ArgumentCheck = std::function<std::string(const std::string&)>;

// CLI11's own range check reports a word and a number out of range in the same way.
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

inline ArgumentCheck one_of(std::string first, std::string second) {
  return [first = std::move(first), second = std::move(second)](const std::string& text) -> std::string {
    if (text == first || text == second) return {};
    return shown(RawValue::text(text), false) + " is neither " + first + " nor " + second;
  };
}

// A size WxH, or `word` if it is not empty. rule: a further check of the size, from settings/checks.h.
inline ArgumentCheck size_or(std::string word, std::optional<Wrong> (*rule)(SettingRef) = nullptr) {
  return [word = std::move(word), rule](const std::string& text) -> std::string {
    if (!word.empty() && text == word) return {};
    domain::Size size;
    const std::string value = shown(RawValue::text(text), false);
    if (parse(RawValue::text(text), &size) || size == domain::Size{}) {
      return value + (word.empty() ? " is not a size such as 640x384"
                                   : " is neither a size such as 640x384 nor " + word);
    }
    const auto wrong = rule == nullptr ? std::nullopt : rule(&size);
    return wrong ? value + " " + wrong->what : std::string{};
  };
}

}  // namespace vigia::settings
