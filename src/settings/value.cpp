#include "settings/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace vigia::settings {
namespace {

using Outcome = std::optional<Wrong>;

template <class T>
bool read_whole(std::string_view text, T& into) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  into = value;
  return true;
}

// "0,5" -> 0.5, "5s" -> 5, "500ms" -> 0.5, "60px" -> 60: what people write instead of a plain number.
std::string meant_number(std::string_view text, bool whole) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), ',', '.');
  double factor = 1;
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
      {{"ms", 0.001}, {"sec", 1}, {"s", 1}, {"px", 1}, {"%", 0.01}}};
  for (const auto& [unit, worth] : kUnits) {
    if (!plain.ends_with(unit)) continue;
    plain.resize(plain.size() - unit.size());
    factor = worth;
    break;
  }
  double number = 0;
  if (!read_whole(trim(plain), number) || !std::isfinite(number)) return {};
  number *= factor;
  if (!whole) return fmt::format("{}", number);
  return std::abs(number) < 1e9 ? fmt::format("{:.0f}", number) : std::string{};
}

Outcome read(std::string_view text, bool& into) {
  const std::string word = lower(trim(text));
  if (word == "true" || word == "false") {
    into = word == "true";
    return {};
  }
  const bool yes = word == "yes" || word == "on" || word == "1" || word == "y";
  const bool no = word == "no" || word == "off" || word == "0" || word == "n";
  return Wrong{"is not true or false", yes ? "true" : no ? "false" : ""};
}

template <class Integer>
Outcome read_integer(std::string_view text, Integer& into) {
  text = trim(text);
  if (read_whole(text, into)) return {};
  std::int64_t large = 0;
  if (read_whole(text, large)) return Wrong{"is too large a number", {}};
  return Wrong{"is not a whole number", meant_number(text, true)};
}
Outcome read(std::string_view text, int& into) {
  return read_integer(text, into);
}
Outcome read(std::string_view text, std::optional<std::int64_t>& into) {
  std::int64_t value = 0;
  if (auto wrong = read_integer(text, value)) return wrong;
  into = value;
  return {};
}

Outcome read(std::string_view text, double& into) {
  double value = 0;
  if (!read_whole(trim(text), value) || !std::isfinite(value)) {
    return Wrong{"is not a number", meant_number(trim(text), false)};
  }
  into = value;
  return {};
}

Outcome read(std::string_view text, std::string& into) {
  into = text;
  return {};
}

Outcome read(std::string_view text, Bytes& into) {
  text = trim(text);
  int shift = 0;
  std::string_view digits = text;
  if (!digits.empty()) {
    constexpr std::string_view kSuffixes = "KMG";
    const std::size_t found = kSuffixes.find(digits.back());
    if (found != std::string_view::npos) {
      shift = 10 * static_cast<int>(found + 1);
      digits.remove_suffix(1);
    }
  }
  Bytes number = 0;
  if (read_whole(digits, number)) {
    if (number < 0) return Wrong{"is below 0", {}};
    if (number > (std::numeric_limits<Bytes>::max() >> shift)) return Wrong{"is too large a number", {}};
    into = number << shift;
    return {};
  }
  // "512 MB", "512mib", "512m"
  std::string meant;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || c == '-') meant += c;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (upper == 'K' || upper == 'M' || upper == 'G') {
      meant += upper;
      break;
    }
    if (c == '.' || c == ',') return Wrong{"is not a whole number of bytes", {}};
  }
  const bool usable = !meant.empty() && meant != text && meant.front() >= '0' && meant.front() <= '9';
  return Wrong{"is not a number of bytes", usable ? meant : ""};
}

// Reads "123" off the front, then `separator` (0: none).
bool take_number(std::string_view& text, int& into, char separator) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (error != std::errc() || into < 0 || text.front() == '-') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (separator == 0) return true;
  const bool there =
      !text.empty() && (text.front() == separator || (separator == 'x' && text.front() == 'X'));
  if (there) text.remove_prefix(1);
  return there;
}

Outcome read(std::string_view text, domain::Size& into) {
  text = trim(text);
  domain::Size size;
  if (text == "auto") {
    into = size;
    return {};
  }
  if (!take_number(text, size.width, 'x') || !take_number(text, size.height, 0) || !text.empty()) {
    return Wrong{"is not a size", {}};
  }
  if (size.width == 0 || size.height == 0) return Wrong{"is an empty size", "auto"};
  into = size;
  return {};
}

// Reads "12.5%" off the front, then `separator` (0: none).
bool take_percent(std::string_view& text, double& into, char separator) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (error != std::errc() || !std::isfinite(into) || into < 0 || text.front() == '-') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with('%')) return false;
  text.remove_prefix(1);
  if (separator == 0) return true;
  const bool there = !text.empty() && lower(text.substr(0, 1)).front() == separator;
  if (there) text.remove_prefix(1);
  return there;
}

Outcome read_percent(std::string_view text, domain::Zone& into) {
  domain::Zone zone{.percent = true};
  if (!take_percent(text, zone.width, 'x') || !take_percent(text, zone.height, '+') ||
      !take_percent(text, zone.left, '+') || !take_percent(text, zone.top, 0) || !text.empty()) {
    return Wrong{"is not a region; all four numbers are in percent, or none", {}};
  }
  constexpr double kAll = 100.001;  // of numbers with a few decimals
  if (zone.left + zone.width > kAll || zone.top + zone.height > kAll) {
    return Wrong{"reaches beyond 100 % of the picture", {}};
  }
  if (zone.whole()) return Wrong{"is an empty region", {}};
  into = zone;
  return {};
}

Outcome read(std::string_view text, domain::Zone& into) {
  text = trim(text);
  if (text.empty()) {
    into = {};
    return {};
  }
  if (text.find('%') != std::string_view::npos) return read_percent(text, into);
  domain::Region region;
  if (!take_number(text, region.width, 'x') || !take_number(text, region.height, '+') ||
      !take_number(text, region.left, '+') || !take_number(text, region.top, 0) || !text.empty()) {
    return Wrong{"is not a region", {}};
  }
  constexpr int kMax = 65536;
  if (std::max({region.width, region.height, region.left, region.top}) > kMax) {
    return Wrong{"lies outside any picture", {}};
  }
  if (region.whole()) return Wrong{"is an empty region", {}};
  into = domain::Zone::of(region);
  return {};
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> items;
  while (!trim(text).empty()) {
    const std::size_t comma = text.find(',');
    items.emplace_back(trim(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return items;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool plain_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string write(bool value) {
  return value ? "true" : "false";
}
std::string write(int value) {
  return std::to_string(value);
}
std::string write(double value) {
  return format_number(value);
}
std::string write(const std::string& value) {
  return plain_word(value) ? value : quoted(value);
}
std::string write(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "";
}
std::string write(Bytes value) {
  return std::to_string(value);
}
std::string write(domain::Size value) {
  return value == domain::Size{} ? "auto" : fmt::format("{}x{}", value.width, value.height);
}
std::string write(const domain::Zone& value) {
  return value.whole() ? "\"\"" : to_text(value);
}
std::string write(const std::vector<std::string>& value) {
  std::string out = "[";
  for (const std::string& item : value) out += (out.size() > 1 ? ", " : "") + quoted(item);
  return out + "]";
}

}  // namespace

std::string format_number(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::optional<Wrong> parse(const RawValue& value, SettingRef into) {
  if (auto** list = std::get_if<std::vector<std::string>*>(&into)) {
    **list = value.list || value.items.empty() ? value.items : split_commas(value.items.front());
    return {};
  }
  if (value.list) return Wrong{"is a list", {}};
  const std::string text = value.items.empty() ? std::string{} : value.items.front();
  return std::visit(
      [&text](auto* place) -> Outcome {
        if constexpr (std::is_same_v<decltype(place), std::vector<std::string>*>) {
          return {};  // done above
        } else {
          return read(text, *place);
        }
      },
      into);
}

std::string format(SettingRef slot) {
  return std::visit([](const auto* place) { return write(*place); }, slot);
}

}  // namespace vigia::settings
