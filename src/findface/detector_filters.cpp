#include "findface/detector_filters.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "findface/json.h"

namespace vigia::findface {
namespace {

using domain::Region;

// No picture is larger; the setting's own limit is the size of the largest face.
constexpr double kLargest = 65536;

// Also from text: "60".
std::optional<double> number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string text = text_of(value);
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> number_within(const Json& value, double least, double most) {
  const std::optional<double> number = number_of(value);
  return number && *number >= least && *number <= most ? number : std::nullopt;  // also without NaN
}

std::optional<Region> region_between(const std::array<int, 4>& edges) {
  const auto [left, top, right, bottom] = edges;
  if (left >= right || top >= bottom) return std::nullopt;
  return Region{left, top, right - left, bottom - top};
}

std::optional<Region> region_of_list(const Json& list) {
  std::array<int, 4> edges{};
  if (list.size() != edges.size()) return std::nullopt;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::optional<double> edge = number_within(list[i], 0, kLargest);
    if (!edge) return std::nullopt;
    edges[i] = static_cast<int>(std::lround(*edge));
  }
  return region_between(edges);
}

// "WxH+X+Y"
std::optional<Region> region_of_text(std::string_view text) {
  std::array<int, 4> numbers{};
  constexpr std::string_view kAfter = "x++";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (failed != std::errc() || numbers[i] < 0 || numbers[i] > static_cast<int>(kLargest))
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (i == kAfter.size()) break;
    if (text.empty() || text.front() != kAfter[i]) return std::nullopt;
    text.remove_prefix(1);
  }
  const auto [width, height, left, top] = numbers;
  if (!text.empty()) return std::nullopt;
  return region_between({left, top, left + width, top + height});
}

bool is_set(const Json& value) {
  return !value.is_null() && !(value.is_string() && text_of(value).empty()) &&
         !(value.is_structured() && value.empty());
}

}  // namespace

ReadFilters read_detector_filters(const nlohmann::json& settings) {
  ReadFilters read;
  const auto not_understood = [&read](std::string_view key) {
    read.not_understood += (read.not_understood.empty() ? "" : ", ") + std::string(key);
  };
  if (!is_set(settings)) return read;
  if (!settings.is_object()) {
    not_understood("all of it");
    return read;
  }
  const auto number = [&](const char* key, double least, double most) {
    const Json& value = member(settings, key);
    const std::optional<double> given = number_within(value, least, most);
    if (!given && is_set(value)) not_understood(key);
    return given;
  };
  if (const auto size = number("filter_min_size", 0, kLargest)) {
    read.filters.min_size = static_cast<int>(std::ceil(*size));
  }
  if (const auto size = number("filter_max_size", 1, kLargest)) {  // 0 would leave out every face
    read.filters.max_size = static_cast<int>(std::floor(*size));
  }
  read.filters.min_quality = number("filter_min_quality", 0, 1);
  if (const Json& roi = member(settings, "roi"); is_set(roi)) {
    read.filters.roi = roi.is_array() ? region_of_list(roi) : region_of_text(text_of(roi));
    if (!read.filters.roi) not_understood("roi");
  }
  return read;
}

std::string to_text(const DetectorFilters& filters) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (filters.min_size) add(fmt::format("filter_min_size {}", *filters.min_size));
  if (filters.max_size) add(fmt::format("filter_max_size {}", *filters.max_size));
  if (filters.min_quality) add(fmt::format("filter_min_quality {}", *filters.min_quality));
  if (const auto& roi = filters.roi) {
    add(fmt::format("roi {}x{}+{}+{}", roi->width, roi->height, roi->left, roi->top));
  }
  return text.empty() ? "none" : text;
}

}  // namespace vigia::findface
