#include "base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace vigia {
namespace {

struct Character {
  std::size_t bytes = 1;
  int columns = 1;
};

bool is_within(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

// By blocks: enough for names of cameras, without the tables of a locale.
int width_of(std::uint32_t code) {
  const bool is_combining = is_within(code, 0x300, 0x36f) || is_within(code, 0x200b, 0x200f) ||
                            is_within(code, 0x20d0, 0x20ff) || is_within(code, 0xfe00, 0xfe0f);
  const bool is_wide = is_within(code, 0x1100, 0x115f) || is_within(code, 0x2e80, 0xa4cf) ||
                       is_within(code, 0xac00, 0xd7a3) || is_within(code, 0xf900, 0xfaff) ||
                       is_within(code, 0xfe30, 0xfe6f) || is_within(code, 0xff00, 0xff60) ||
                       is_within(code, 0xffe0, 0xffe6) || is_within(code, 0x1f300, 0x1faff) ||
                       is_within(code, 0x20000, 0x3fffd);
  return is_combining ? 0 : is_wide ? 2 : 1;
}

Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (bytes > text.size()) bytes = 1;
  std::uint32_t code = bytes == 1 ? first : first & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = (code << 6U) | (byte(i) & 0x3fU);
  return {bytes, width_of(code)};
}

}  // namespace

bool is_live_terminal(int fd) {
  const char* const kind = std::getenv("TERM");
  return ::isatty(fd) == 1 && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

bool has_colours(int fd) {
  const char* const none = std::getenv("NO_COLOR");
  return is_live_terminal(fd) && (none == nullptr || *none == '\0');
}

TerminalSize terminal_size(int fd) {
  winsize found{};
  TerminalSize size;
  if (::ioctl(fd, TIOCGWINSZ, &found) != 0) return size;
  if (found.ws_col > 0) size.columns = found.ws_col;
  if (found.ws_row > 0) size.rows = found.ws_row;
  return size;
}

std::string padded(std::string_view text, int columns) {
  std::string out = fitted(text, columns);
  out.append(static_cast<std::size_t>(std::max(0, columns - columns_of(out))), ' ');
  return out;
}

int columns_of(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const Character first = first_of(text);
    columns += first.columns;
    text.remove_prefix(first.bytes);
  }
  return columns;
}

std::string fitted(std::string_view text, int columns) {
  if (columns <= 0) return {};
  if (columns_of(text) <= columns) return std::string(text);
  int used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const Character next = first_of(text.substr(bytes));
    if (used + next.columns > columns - 1) break;
    used += next.columns;
    bytes += next.bytes;
  }
  return std::string(text.substr(0, bytes)) + "\u2026";
}

}  // namespace vigia
