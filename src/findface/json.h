// Reads a server's JSON without exceptions and without trust: a value of the wrong type counts as missing.
// Used by this folder only.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace vigia::findface {

using Json = nlohmann::json;

// Nothing if it is not JSON (an HTML page of a proxy, an empty body), or nested deeper than 64 levels.
std::optional<Json> parse_json(std::string_view body);

// The member of an object; null when it is not there, or `from` is no object.
const Json& member(const Json& from, const char* name);
std::string text_of(const Json& value);                     // "" for what is no text
std::optional<std::int64_t> integer_of(const Json& value);  // also from text: "184"
bool bool_of(const Json& value, bool otherwise);

// The text with control characters, line ends included, replaced by blanks. For names that are logged.
std::string one_line(std::string_view text);
// The same, of at most 200 bytes, for a log.
std::string for_log(std::string_view text);

}  // namespace vigia::findface
