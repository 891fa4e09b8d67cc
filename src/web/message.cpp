#include "web/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vigia::web {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Whether each byte belongs to a whole character, and none is a control character. Overlong forms are not.
bool is_clean_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || at + length > text.size()) return false;
    if (first < 0x20 || first == 0x7F) return false;
    const bool follows = std::ranges::all_of(text.substr(at + 1, length - 1), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
    });
    if (!follows) return false;
    const auto second = length > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
      return false;
    }
    at += length;
  }
  return true;
}

// Nothing: it is no text.
std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[at] != '%') {
      out += text[at];
    } else {
      if (at + 2 >= text.size() || digit(text[at + 1]) < 0 || digit(text[at + 2]) < 0) return std::nullopt;
      out += static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2]));
      at += 2;
    }
  }
  if (!is_clean_utf8(out)) return std::nullopt;
  return out;
}

bool has_odd_segment(std::string_view path) {
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (segment == "." || segment == ".." || (segment.empty() && end < path.size())) return true;
    at = end + 1;
  }
  return false;
}

std::string_view word_of(int code) {
  switch (code) {
    case 400:
      return "bad_request";
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 413:
      return "too_large";
    case 415:
      return "unsupported_media_type";
    case 429:
      return "too_many_failures";
    default:
      return "unavailable";
  }
}

}  // namespace

std::optional<std::string_view> RequestTarget::find(std::string_view name) const {
  const auto found = std::ranges::find_if(query, [name](const auto& one) { return one.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

Result<RequestTarget> parse_target(std::string_view text) {
  const Error wrong{ErrorCode::invalid, "the address is not a path with percent-encoded UTF-8"};
  if (!text.starts_with('/')) return wrong;
  const std::size_t mark = std::min(text.find('?'), text.size());
  const auto path = decode(text.substr(0, mark), false);
  if (!path || has_odd_segment(*path)) return wrong;
  RequestTarget target{.path = *path, .query = {}};
  std::string_view rest = text.substr(std::min(mark + 1, text.size()));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest = rest.substr(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decode(pair.substr(0, equals), true);
    const auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return wrong;
    target.query.emplace_back(*name, *value);
  }
  return target;
}

HttpAnswer text_answer(int code, std::string text) {
  return {.code = code,
          .type = "text/plain; charset=utf-8",
          .body = std::make_shared<const std::string>(std::move(text))};
}

HttpAnswer json_answer(std::string json) {
  return {.type = "application/json", .body = std::make_shared<const std::string>(std::move(json))};
}

HttpAnswer error_answer(int code, std::string_view text) {
  const nlohmann::ordered_json json = {{"error", {{"code", word_of(code)}, {"text", text}}}};
  HttpAnswer answer = json_answer(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  answer.code = code;
  return answer;
}

HttpAnswer wrong_parameter(std::string_view what, std::string_view allowed) {
  return error_answer(400, fmt::format("{}: allowed: {}", what, allowed));
}

}  // namespace vigia::web
