// Guesses what the user meant: the nearest known word, or today's name for one that older programs used.
// Threads: thread-safe functions. Cost: the words' lengths multiplied, per candidate; words over 64 letters
// are not compared.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vigia::settings {

// Upper and lower case, and '-' and '_', count as the same. Empty: nothing is near enough.
std::string nearest(std::string_view word, std::span<const std::string_view> known);

// A key of fkvideo_detector, of a camera's page or of the predecessor, and what became of it.
struct OldName {
  std::string_view old;   // "max_age", with '_' for '-'
  std::string_view now;   // its name here, e.g. "track_miss_interval"; empty: there is none
  std::string_view note;  // what changed with it, or why there is none
};
const OldName* find_old_name(std::string_view word);

// For "password", "user", "FINDFACE_UUID", ...: the variable that this secret belongs in; empty: not a
// secret. where: the section or variable around the word, which tells MQTT's user from FindFace's.
std::string_view secret_variable(std::string_view word, std::string_view where = {});

}  // namespace vigia::settings
