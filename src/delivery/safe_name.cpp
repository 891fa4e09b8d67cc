#include "delivery/safe_name.h"

#include <fmt/format.h>

#include <cstdint>

namespace vigia::delivery {

std::string safe_name(std::string_view name, bool (*kept)(unsigned char byte, bool first)) {
  constexpr std::size_t kLongest = 80;
  std::string safe;
  for (const char c : name.substr(0, kLongest)) {
    safe += kept(static_cast<unsigned char>(c), safe.empty()) ? c : '_';
  }
  if (safe == name && !safe.empty()) return safe;
  std::uint32_t code = 2166136261U;  // FNV-1a: only to tell names apart
  for (const char c : name) code = (code ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{}-{:08x}", safe, code);
}

}  // namespace vigia::delivery
