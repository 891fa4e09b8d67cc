#include "ledger/since.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace vigia::ledger {
namespace {

using namespace std::chrono;

constexpr int kFirstYear = 1970, kLastYear = 2199;  // years that fit into nanoseconds and make sense
constexpr std::int64_t kMostSeconds = std::int64_t{50} * 366 * 86400;

std::optional<std::int64_t> seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return std::nullopt;
  }
}

std::optional<seconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (wrong != std::errc() || end + 1 != text.data() + text.size()) return std::nullopt;
  const auto unit = seconds_in(*end);
  if (!unit || count < 0 || count > kMostSeconds / *unit) return std::nullopt;
  return seconds(count * *unit);
}

// '0' stands for a digit, all else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() > shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

std::optional<UtcTime> parse_iso(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.ends_with('Z')) text.remove_suffix(1);
  const bool known_length = text.size() == 10 || text.size() == 16 || text.size() == 19;
  if (!known_length || !has_shape(text, kShape)) return std::nullopt;
  const auto number = [&text](std::size_t at, std::size_t length) {
    int value = 0;
    if (at < text.size()) std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2))));
  const std::array time = {number(11, 2), number(14, 2), number(17, 2)};
  const bool known_year = number(0, 4) >= kFirstYear && number(0, 4) <= kLastYear;
  if (!known_year || !date.ok() || time[0] > 23 || time[1] > 59 || time[2] > 59) return std::nullopt;
  return UtcTime(sys_days(date)) + hours(time[0]) + minutes(time[1]) + seconds(time[2]);
}

}  // namespace

Result<UtcTime> parse_since(std::string_view text, UtcTime now) {
  if (const auto ago = parse_duration(text)) return now - *ago;
  if (const auto moment = parse_iso(text)) return *moment;
  return Error{
      ErrorCode::invalid,
      fmt::format("'{}' is no time; allowed: so long ago, as 90s, 30m, 1h or 2d, or a time in UTC, as "
                  "2026-11-23 or 2026-11-23T13:00:05Z",
                  text.substr(0, 40))};
}

}  // namespace vigia::ledger
