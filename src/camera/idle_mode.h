// What a camera that may hibernate does, and why: hibernation.h. Threads: a value.
#pragma once

#include <cstdint>
#include <string_view>

namespace vigia::camera {

// What it does, and why.
enum class IdleMode : std::uint8_t {
  none,        // not live, or not asked for
  learning,    // the sizes of its packets, with nobody in view
  awake,       // somebody is in view, or was a moment ago
  restless,    // nobody is, but the sizes of its packets say that something moves
  asleep,      // only key frames are decoded
  filled,      // no sign: pictures are as large when nothing moves (constant bit rate)
  noisy,       // no sign: sizes vary by more than a person would add
  only_keys,   // no sign: there are none between key frames
  no_picture,  // its key frames give no picture alone
};
std::string_view to_string(IdleMode mode);  // the enumerator
std::string_view words_of(IdleMode mode);   // for people

}  // namespace vigia::camera
