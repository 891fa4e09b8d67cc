// Collects what is wrong with the settings: one line a problem,
//   where: key: what is wrong; allowed: what is allowed; did you mean 'x'?
// and keeps secrets out of them. No more than kMostErrors are taken, so that a hopeless file is refused in
// bounded time. Threads: owner thread only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "settings/value.h"

namespace vigia::settings {

struct Problem {
  std::string_view where;  // "vigia.yaml:12", "--set", "VIGIA_MEMORY_GC_INTERVAL"
  std::string_view key;    // "cameras.gate.url"
  std::string_view what;
  std::string_view allowed = {};
  std::string_view meant = {};
};

class Problems {
 public:
  static constexpr std::size_t kMostErrors = 100;

  void error(const Problem& problem);
  void error_line(std::string line) { add({}, std::move(line)); }
  void warning(const Problem& problem);
  [[nodiscard]] bool full() const { return errors_.size() >= kMostErrors; }
  [[nodiscard]] std::size_t count() const { return errors_.size(); }

  // Errors of one file come in the order of its lines.
  std::vector<std::string> take_errors();
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  struct Error {
    std::string file;  // "vigia.yaml"; "--set"
    int line = 0;
    std::string text;
  };
  void add(std::string_view where, std::string text);

  std::vector<Error> errors_;
  std::vector<std::string> warnings_;
  bool more_ = false;
};

// The text for an error line: shortened, without credentials and control characters. Empty if it may hold a
// secret that cannot be told from the rest.
std::string shown(std::string_view text);
// The value in quotes, or "the value" if it is a list or must not be shown.
std::string shown(const RawValue& value, bool secret);

bool has_control_character(std::string_view text);

}  // namespace vigia::settings
