// The name of a shot, by which receivers know it. Threads: thread-safe function.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "domain/shot.h"

namespace vigia::domain {

// The same for each delivery of a shot, also after a restart, and no other shot's: receivers drop what they
// have by it. Letters, digits and '-' only, so that it can be a header's value or a file's name.
inline std::string event_id(const Shot& shot) {
  // Two cameras may see a face in the same microsecond, in tracks of the same number.
  std::uint64_t name = 14695981039346656037U;  // FNV-1a
  for (const char c : shot.camera) name = (name ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{}-{}-{:016x}", to_unix_us(shot.captured), shot.track, name);
}

}  // namespace vigia::domain
