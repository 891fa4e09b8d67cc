// What holds for FFmpeg in the whole program.
//
// Its log is made part of ours: at debug level, redacted, at most 20 lines a second (what is left out is
// counted in the next line that is written). Cost while debug lines are not wanted: one comparison a line.
// No block of memory that it takes for itself may be larger than kLargestBlock: a packet that never ends,
// which a broken camera sends, ends its connection and not the program. (Pictures lie in our own buffers.)
// Threads: thread-safe.
#pragma once

#include <cstddef>

namespace vigia::camera {

// A key frame in 8K is a few MB, and the index of a day's recording some 60; FFmpeg puts no bound of its own
// to a packet in pieces.
inline constexpr std::size_t kLargestBlock = std::size_t{64} << 20;

// The first call does it; the others do nothing.
void set_up_ffmpeg();

}  // namespace vigia::camera
