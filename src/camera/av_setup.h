// Sets FFmpeg up for the whole program.
//
// FFmpeg's log goes to ours: at debug level, redacted, at most 20 lines a second (the next line that is
// written says how many were left out). Cost if debug lines are off: one comparison a line. FFmpeg may
// allocate no block larger than kLargestBlock: when a broken camera sends a packet that never ends, the
// connection fails and not the program. (Pictures are in our own buffers.) Threads: thread-safe.
#pragma once

#include <cstddef>

namespace vigia::camera {

// A key frame in 8K is a few MB, and the index of a day's recording about 60; FFmpeg itself does not bound a
// packet that arrives in pieces.
inline constexpr std::size_t kLargestBlock = std::size_t{64} << 20;

// Only the first call has an effect.
void set_up_ffmpeg();

}  // namespace vigia::camera
