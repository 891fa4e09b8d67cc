// Which pictures of a live camera are decoded, the most first. What load/ asks of all cameras when there is
// too little time, and camera/ does. A value.
#pragma once

#include <cstdint>

namespace vigia::domain {

enum class Decoding : std::uint8_t {
  all,
  references,       // not those that no other picture refers to
  idle_key_frames,  // of cameras with nobody in view only key frames, of the others as before
};

}  // namespace vigia::domain
