#include "base/format_line.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace vigia::log {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The length of the character that the text begins with; 0: it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const bool is_bad = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
  return is_bad ? 0 : length;
}

// C0, DEL, and C1 (two bytes), which terminals may follow as well.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

unsigned code_of(std::string_view control) {
  return static_cast<unsigned char>(control.back());  // of C1, too: U+0080 is c2 80
}

void append_control(std::string& to, std::string_view control) {
  if (control == "\n") {
    to += "\\n";
  } else if (control == "\t") {
    to += '\t';
  } else {
    to += fmt::format("\\x{:02x}", code_of(control));
  }
}

void append_json_control(std::string& to, std::string_view control) {
  to += fmt::format("\\u{:04x}", code_of(control));
}

void append_plain(std::string& to, std::string_view character) {
  to += character;
}

void append_in_json(std::string& to, std::string_view character) {
  if (character == "\"" || character == "\\") to += '\\';
  to += character;
}

template <class Plain, class Control>
void append_characters(std::string& to, std::string_view text, Plain plain, Control control) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (length == 0) {
      to += kReplacement;
    } else if (is_control(character)) {
      control(to, character);
    } else {
      plain(to, character);
    }
  }
}

void append_clean(std::string& to, std::string_view text) {
  append_characters(to, text, append_plain, append_control);
}

void append_member(std::string& to, std::string_view name, std::string_view value) {
  to += to.empty() || to.back() == '\n' || to.back() == '{' ? "" : ",";
  to += fmt::format("\"{}\":\"", name);
  append_characters(to, value, append_in_json, append_json_control);
  to += '"';
}

void append_json(std::string& to, const LogLine& line) {
  to += '{';
  append_member(to, "time", format_utc(line.at));
  append_member(to, "level", to_string(line.level));
  append_member(to, "part", part_of(line.file));
  if (!line.camera.empty()) append_member(to, "camera", line.camera);
  append_member(to, "message", line.text);
  to += "}\n";
}

// As syslog numbers them.
int priority_of(LogLevel level) {
  constexpr std::array kPriorities{7, 7, 6, 4, 3, 3};
  return kPriorities.at(static_cast<std::size_t>(level));
}

std::string_view colour_of(LogLevel level) {
  constexpr std::array<std::string_view, 6> kColours{"\x1b[37m",   "\x1b[36m",   "\x1b[32m",
                                                     "\x1b[1;33m", "\x1b[1;31m", ""};
  return kColours.at(static_cast<std::size_t>(level));
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  append_clean(out, text);
  return out;
}

void FormatLine::append_time(std::string& to, UtcTime at) {
  const auto since = at.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  if (whole.count() != second_) {
    second_ = whole.count();
    std::tm local{};
    ::localtime_r(&second_, &local);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
    second_text_.assign(text.data(), size);
  }
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(since - whole).count();
  to += fmt::format("{}.{:03} ", second_text_, ms);
}

void FormatLine::append(std::string& to, const LogLine& line) {
  if (format_ == LineFormat::json) return append_json(to, line);
  if (format_ == LineFormat::journald) {
    to += fmt::format("<{}>", priority_of(line.level));
  } else {
    const bool is_coloured = format_ == LineFormat::coloured_text;
    append_time(to, line.at);
    to += fmt::format("{}{:<7}{} ", is_coloured ? colour_of(line.level) : "", to_string(line.level),
                      is_coloured ? "\x1b[m" : "");
  }
  append_clean(to, line.text);
  to += '\n';
}

}  // namespace vigia::log
