// The options of 'vigia bench memory'. Flags of the same names.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace vigia::bench {

// How memory is released; each runs in a process of its own.
enum class Mode {
  inlined,             // on the hot thread, every third batch, and trimmed: the predecessor's first way
  naive_background,    // one queue behind a lock, a thread empties it by the clock: its second way
  background,          // pools and retire(): Vigia
  never,               // kept, until the limit
  destroy_inline,      // much is released at once, on a hot thread
  destroy_background,  // the same, with Vigia
};

inline constexpr std::array<std::pair<Mode, std::string_view>, 6> kModeNames{
    {{Mode::inlined, "inline"},
     {Mode::naive_background, "naive-background"},
     {Mode::background, "background"},
     {Mode::never, "never"},
     {Mode::destroy_inline, "destroy-inline"},
     {Mode::destroy_background, "destroy-background"}}};

constexpr std::string_view to_string(Mode mode) noexcept {
  return kModeNames.at(static_cast<std::size_t>(mode)).second;
}
constexpr std::optional<Mode> mode_from(std::string_view name) noexcept {
  for (const auto& [mode, its_name] : kModeNames) {
    if (name == its_name) return mode;
  }
  return std::nullopt;
}
constexpr bool destroys(Mode mode) noexcept {
  return mode == Mode::destroy_inline || mode == Mode::destroy_background;
}

enum class Pace {
  realtime,  // 30 frames a second and camera; late frames are dropped
  free,      // as fast as it goes, nothing dropped
};

struct MemoryBenchOptions {
  int cameras = 8;
  double seconds = 10;  // of each mode
  std::vector<Mode> modes = {Mode::inlined, Mode::naive_background, Mode::background,
                             Mode::never,   Mode::destroy_inline,   Mode::destroy_background};
  Pace pace = Pace::realtime;
  // A mode ends when it holds this much. 0: 1 GiB, or 90 % of the memory this process may use if less.
  Bytes limit = 0;
  bool until_killed = false;  // only its seconds and the kernel end a mode; needs a cgroup's limit
  double gc_interval = 5;     // seconds between the passes of both background modes
  Bytes destroy = 1_GiB;      // what the destroy modes release at once
  int seed = 1;               // of the scene
  std::optional<std::filesystem::path> json, plot;  // where figures and picture go

  // Run this mode in this very process, and report to standard output: how the program starts itself.
  std::optional<Mode> child;

  bool operator==(const MemoryBenchOptions&) const = default;
};

}  // namespace vigia::bench
