#include "settings/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace vigia::settings {
namespace {

std::string line_of(const Problem& problem) {
  std::string line = fmt::format("{}: {}: {}", problem.where, problem.key, problem.what);
  if (!problem.allowed.empty()) line += fmt::format("; allowed: {}", problem.allowed);
  if (!problem.meant.empty()) line += fmt::format("; did you mean '{}'?", problem.meant);
  return line;
}

bool control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// At most `most` bytes, not cutting a UTF-8 character in two.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) --most;
  return text.substr(0, most);
}

// ".../user=admin_password=abc_channel=1": credentials in shapes that redact() does not know.
bool speaks_of_password(std::string_view text) {
  const std::string small = lower(text);
  return small.find("pass") != std::string::npos || small.find("pwd") != std::string::npos;
}

}  // namespace

void Problems::error(const Problem& problem) {
  add(problem.where, line_of(problem));
}

void Problems::add(std::string_view where, std::string text) {
  if (full()) {
    more_ = true;
    return;
  }
  Error error{std::string(where), 0, std::move(text)};
  const std::size_t colon = where.rfind(':');
  if (colon != std::string_view::npos) {
    const char* end = where.data() + where.size();
    if (std::from_chars(where.data() + colon + 1, end, error.line).ptr == end) error.file.resize(colon);
  }
  errors_.push_back(std::move(error));
}

void Problems::warning(const Problem& problem) {
  if (warnings_.size() < kMostErrors) warnings_.push_back(line_of(problem));
}

std::vector<std::string> Problems::take_errors() {
  // Sources keep the order in which they were read.
  std::map<std::string, std::size_t> rank;
  for (const Error& error : errors_) rank.emplace(error.file, rank.size());
  std::stable_sort(errors_.begin(), errors_.end(), [&rank](const Error& a, const Error& b) {
    return std::pair(rank[a.file], a.line) < std::pair(rank[b.file], b.line);
  });
  std::vector<std::string> lines;
  for (Error& error : std::exchange(errors_, {})) lines.push_back(std::move(error.text));
  if (std::exchange(more_, false)) {
    lines.push_back(fmt::format("and more: only the first {} are listed", kMostErrors));
  }
  return lines;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), control);
}

std::string shown(std::string_view text) {
  std::string clean = redact(text);
  // user:password@host with a scheme that is missing or misspelt, which redact() does not see.
  for (std::size_t at = clean.find('@'); at != std::string::npos; at = clean.find('@', at + 1)) {
    if (at < 3 || clean.compare(at - 3, 3, "***") != 0) return {};
  }
  std::replace_if(clean.begin(), clean.end(), control, '?');
  constexpr std::size_t kMost = 60;
  if (clean.size() <= kMost) return clean;
  return std::string(cut(clean, kMost)) + "...";
}

std::string shown(const RawValue& value, bool secret) {
  if (value.list) return "the value";
  const std::string text = value.items.empty() ? std::string{} : value.items.front();
  std::string safe = secret || speaks_of_password(text) ? std::string{} : shown(text);
  if (safe.empty() && !text.empty()) return "the value";
  return "'" + safe + "'";
}

}  // namespace vigia::settings
