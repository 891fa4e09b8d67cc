// Whether an H.264 stream may leave numbers out in its count of reference frames. Most may not: there, a
// number left out is a frame that was lost, and what refers to it is painted from something else.
// Formula: ITU-T H.264, 7.3.2.1.1, gaps_in_frame_num_value_allowed_flag. Threads: pure function.
#pragma once

#include <cstdint>
#include <span>

namespace vigia::camera {

// extradata: as FFmpeg has it, "avcC" or start codes. True only when its first SPS says so.
bool h264_allows_gaps(std::span<const std::uint8_t> extradata);

}  // namespace vigia::camera
