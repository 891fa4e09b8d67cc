// Amounts of memory: one signed type, so that differences and slopes need no care.
#pragma once

#include <cstdint>
#include <string>

namespace vigia {

using Bytes = std::int64_t;

inline constexpr Bytes operator""_KiB(unsigned long long n) {
  return static_cast<Bytes>(n) << 10;
}
inline constexpr Bytes operator""_MiB(unsigned long long n) {
  return static_cast<Bytes>(n) << 20;
}
inline constexpr Bytes operator""_GiB(unsigned long long n) {
  return static_cast<Bytes>(n) << 30;
}

// "1.4 MB", "512 B": for people, in powers of ten.
std::string format_bytes(Bytes bytes);

}  // namespace vigia
