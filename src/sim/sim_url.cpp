#include "sim/sim_url.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <set>
#include <string>

namespace vigia::sim {
namespace {

constexpr std::string_view kScheme = "sim:";

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Error wrong(std::string_view key, std::string_view value, std::string_view wanted) {
  return {ErrorCode::invalid, fmt::format("sim: {}={}: {} is wanted", key, value, wanted)};
}

Status read_size(std::string_view value, domain::Size& size) {
  const auto x = value.find('x');
  if (x == std::string_view::npos || !read_whole(value.substr(0, x), size.width) ||
      !read_whole(value.substr(x + 1), size.height)) {
    return wrong("size", value, "WIDTHxHEIGHT in pixels, as in 1280x720");
  }
  return ok_status();
}

Status read_kind(std::string_view value, SceneKind& kind) {
  std::string names;
  for (const auto& [name, known] : kSceneKinds) {
    if (name == value) {
      kind = known;
      return ok_status();
    }
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return wrong("scene", value, "one of " + names);
}

Status read_key(std::string_view key, std::string_view value, SceneOptions& options) {
  if (key == "size") return read_size(value, options.size);
  if (key == "faces")
    return read_whole(value, options.faces) ? ok_status() : wrong(key, value, "a whole number");
  if (key == "cycles") {
    return read_whole(value, options.cycles) && options.cycles >= 0
               ? ok_status()
               : wrong(key, value, "a whole number from 0");
  }
  if (key == "seed") {
    return read_whole(value, options.seed) ? ok_status() : wrong(key, value, "a whole number from 0");
  }
  if (key == "fps" || key == "seconds") {
    double number = 0;
    if (!read_whole(value, number) || !std::isfinite(number)) return wrong(key, value, "a number");
    (key == "fps" ? options.fps : options.seconds) = number;
    return ok_status();
  }
  if (key == "scene") return read_kind(value, options.kind);
  return Error{
      ErrorCode::invalid,
      fmt::format("sim: unknown key '{}'; allowed are scene, faces, size, fps, seed, seconds, cycles", key)};
}

}  // namespace

Result<SceneOptions> parse_sim_url(std::string_view url) {
  if (!url.starts_with(kScheme)) {
    return Error{ErrorCode::invalid,
                 fmt::format("'{}' is no sim: URL; it looks like sim:faces=4&size=1280x720", url)};
  }
  SceneOptions options;
  std::set<std::string_view> seen;
  std::string_view rest = url.substr(kScheme.size());
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
      return Error{ErrorCode::invalid, fmt::format("sim: '{}' is not key=value", part)};
    }
    const std::string_view key = part.substr(0, equals);
    if (!seen.insert(key).second) {
      return Error{ErrorCode::invalid, fmt::format("sim: the key '{}' is there twice", key)};
    }
    if (Status status = read_key(key, part.substr(equals + 1), options); !status) return status.error();
  }
  return options;
}

}  // namespace vigia::sim
