// Whether an H.264 stream may skip numbers in its count of reference frames. Most streams may not: then a
// skipped number means a lost frame, and pictures that refer to it are decoded from a substitute. Formula:
// ITU-T H.264, 7.3.2.1.1, gaps_in_frame_num_value_allowed_flag. Threads: pure function.
#pragma once

#include <cstdint>
#include <span>

namespace vigia::camera {

// extradata: as FFmpeg has it, "avcC" or start codes. True only when its first SPS says so.
bool h264_allows_gaps(std::span<const std::uint8_t> extradata);

}  // namespace vigia::camera
