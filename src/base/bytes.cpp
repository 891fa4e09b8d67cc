#include "base/bytes.h"

#include <fmt/format.h>

namespace vigia {

std::string format_bytes(Bytes bytes) {
  const auto amount = static_cast<double>(bytes);
  if (bytes < 1000 && bytes > -1000) return fmt::format("{} B", bytes);
  if (bytes < 1000000 && bytes > -1000000) return fmt::format("{:.1f} kB", amount / 1e3);
  if (bytes < 1000000000 && bytes > -1000000000) return fmt::format("{:.1f} MB", amount / 1e6);
  return fmt::format("{:.2f} GB", amount / 1e9);
}

}  // namespace vigia
