// Turns texts into settings' values and back. The spelling is the same in the file, the environment and
// flags: booleans true | false, seconds and other numbers as numbers, bytes as 1048576 or 512K, 64M, 2G
// (powers of 1024), sizes WxH or auto, regions WxH+X+Y, in pixels or all four in percent,
// or "" (the whole picture), lists as YAML lists or
// a,b,c. Threads: thread-safe functions. Cost: linear in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "domain/geometry.h"
#include "domain/zone.h"

namespace vigia::settings {

// A place in Settings; the type says how its text is read and written.
using SettingRef = std::variant<bool*, int*, double*, std::string*, std::optional<std::int64_t>*, Bytes*,
                                domain::Size*, domain::Zone*, std::vector<std::string>*>;

// What a source holds for a key: one text, or a list of them.
struct RawValue {
  std::vector<std::string> items;
  bool list = false;

  static RawValue text(std::string value) { return {{std::move(value)}, false}; }
};

// What is wrong with a value, as the end of a sentence that begins with it: "is not a number".
struct Wrong {
  std::string what;
  std::string meant;  // the nearest right spelling; empty: none
};

// Returns nothing and changes the slot if the text fits; else leaves the slot as it is.
std::optional<Wrong> parse(const RawValue& value, SettingRef into);

// The value as written in a YAML file; parse() reads it back.
std::string format(SettingRef slot);
std::string format_number(double value);

}  // namespace vigia::settings
