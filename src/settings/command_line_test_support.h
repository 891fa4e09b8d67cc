// For the tests of the command lines of both programs: words in, a command or a farewell out.
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <variant>
#include <vector>

#include "settings/command_line.h"

namespace vigia::settings {

// A program's parse_command_line().
template <class Line>
using ParseLine = std::variant<Line, Farewell> (*)(int, const char* const*);

// words: without the program's name.
template <class Line>
std::variant<Line, Farewell> parse_words(ParseLine<Line> parse, std::vector<const char*> words) {
  words.insert(words.begin(), "vigia");
  return parse(static_cast<int>(words.size()), words.data());
}

// Fails the test if there is none.
template <class Line>
Line line_of(ParseLine<Line> parse, std::vector<const char*> words) {
  auto outcome = parse_words(parse, std::move(words));
  if (auto* line = std::get_if<Line>(&outcome)) return std::move(*line);
  ADD_FAILURE() << std::get<Farewell>(outcome).text;
  return {};
}
template <class Line>
Farewell farewell_of(ParseLine<Line> parse, std::vector<const char*> words) {
  auto outcome = parse_words(parse, std::move(words));
  if (auto* said = std::get_if<Farewell>(&outcome)) return std::move(*said);
  ADD_FAILURE() << "accepted";
  return {};
}

}  // namespace vigia::settings
