// A line of the log on its way from the thread that logs to the one that writes. Threads: a value; it borrows
// its texts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace vigia::log {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error, off };
inline constexpr std::array<std::string_view, 5> kLevelNames{"trace", "debug", "info", "warning", "error"};

// off: "off"
inline std::string_view to_string(LogLevel level) noexcept {
  const auto at = static_cast<std::size_t>(level);
  return at < kLevelNames.size() ? kLevelNames.at(at) : std::string_view("off");
}
// Nothing: it is none of kLevelNames.
inline std::optional<LogLevel> parse_level(std::string_view name) noexcept {
  const auto found = std::find(kLevelNames.begin(), kLevelNames.end(), name);
  if (found == kLevelNames.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevelNames.begin());
}

struct LogLine {
  LogLevel level = LogLevel::info;
  UtcTime at{};
  const char* file = "";    // of the source that logs; a literal
  std::string_view format;  // of the call; a literal: the same for all lines of one call
  std::string_view camera;  // whose line it is; empty: none's
  std::string_view text;
};

// All since the start. Once nothing waits any more, the lines are the sum of the other three.
struct LogCounts {
  std::array<std::uint64_t, kLevelNames.size()> lines{};  // by level
  std::uint64_t written = 0, folded = 0, left_out = 0;

  [[nodiscard]] std::uint64_t all() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : lines) sum += count;
    return sum;
  }
  bool operator==(const LogCounts&) const = default;
};

// The folder of a source file, which is the part that it belongs to: "camera" of "x/src/camera/retry.cpp".
inline std::string_view part_of(std::string_view file) noexcept {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = file.substr(0, slash);
  return folder.substr(folder.rfind('/') + 1);
}

}  // namespace vigia::log
