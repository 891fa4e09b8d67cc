#include "findface/json.h"

#include <charconv>
#include <limits>

namespace vigia::findface {
namespace {

constexpr int kDeepest = 64;

// The JSON library recurses when a value is destroyed: a hostile body must not choose the depth.
bool too_deep(std::string_view body) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const char c = body[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::optional<Json> parse_json(std::string_view body) {
  if (too_deep(body)) return std::nullopt;
  Json json = Json::parse(body.begin(), body.end(), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

const Json& member(const Json& from, const char* name) {
  static const Json nothing;
  if (!from.is_object()) return nothing;
  const auto found = from.find(name);
  return found == from.end() ? nothing : *found;
}

std::string text_of(const Json& value) {
  const auto* text = value.get_ptr<const Json::string_t*>();
  return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> integer_of(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  const std::string text = text_of(value);
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool bool_of(const Json& value, bool otherwise) {
  return value.is_boolean() ? value.get<bool>() : otherwise;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

std::string for_log(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  std::string line = one_line(text.substr(0, kLongest));
  if (text.size() > kLongest) line += "...";
  return line;
}

}  // namespace vigia::findface
