#include "discover/plain_text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace vigia::discover {
namespace {

// Bytes of the character that begins here; 0: none does.
std::size_t length_of(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (size == 0 || first > 0xF4 || text.size() < size) return 0;
  std::uint32_t code = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  // Longer than need be, halves of pairs, beyond Unicode.
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast.at(size) || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
  const bool control = code < 0xA0;
  const bool turns_text = (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
                          (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
  return control || turns_text ? 0 : size;
}

}  // namespace

std::string plain(std::string_view text, std::size_t at_most) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = length_of(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool blank = size == 0 || first <= 0x20 || first == 0x7F;
    if (out.size() + (blank ? 1 : size) > at_most) {
      out += "...";
      break;
    }
    if (!blank) {
      out += text.substr(0, size);
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string plain_url(std::string_view url) {
  std::string out;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\') {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace vigia::discover
