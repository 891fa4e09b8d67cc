// What is known of the terminal behind a descriptor. Threads: thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigia {

struct TerminalSize {
  int columns = 80, rows = 24;
};

// A terminal on which lines can be redrawn: not a pipe or file, and TERM is set and not "dumb".
bool is_live_terminal(int fd);
// The same, unless the variable NO_COLOR is set.
bool has_colours(int fd);
// 80x24 where it does not say.
TerminalSize terminal_size(int fd);

// The text's first columns, at most that many; a shortened one ends in an ellipsis. Characters that are two
// columns wide count as such, and combining ones as none. REQUIRES: UTF-8 without control characters
// (log::clean()).
std::string fitted(std::string_view text, int columns);
// The same, with blanks behind it to that width.
std::string padded(std::string_view text, int columns);
// The number of columns that a text takes.
int columns_of(std::string_view text);

}  // namespace vigia
