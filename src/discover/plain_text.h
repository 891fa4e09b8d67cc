// What a device says of itself, made safe to show: one line of valid UTF-8 without control characters, so
// that no device writes into the settings, or controls the terminal, of who looks for it.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigia::discover {

// Control characters, line ends and bytes that are no UTF-8 become blanks; blanks in a row become one. A
// longer text is cut, and ends with "...".
std::string plain(std::string_view text, std::size_t at_most = 80);

// A url as it may stand in the settings between quotes: whatever is not printable ASCII, and " \ and blanks,
// become %XX.
std::string plain_url(std::string_view url);

}  // namespace vigia::discover
