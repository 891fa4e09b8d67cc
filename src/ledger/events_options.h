// The options of `vigia events`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace vigia::ledger {

struct EventsOptions {
  std::string camera;                               // its name; empty: all
  std::string reason;                               // the outcome, as outcome.h spells it; empty: any
  std::string since;                                // as since.h reads it; empty: from the first one
  int limit = 50;                                   // the newest so many
  bool json = false;                                // a line each, for programs
  std::optional<std::filesystem::path> thumbnails;  // the folder they go to

  bool operator==(const EventsOptions&) const = default;
};

}  // namespace vigia::ledger
