// Control characters, which have no place in a text that is shown as one line. Threads: a pure function.
#pragma once

#include <algorithm>
#include <string_view>

namespace vigia {

// Line breaks, tabs, NUL and the others of ASCII.
inline bool has_control(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace vigia
