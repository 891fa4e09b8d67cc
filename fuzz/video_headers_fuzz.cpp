// Fuzzes what is read of an H.264 or H.265 stream before it is decoded. Bit 0 of the first byte: which of the
// two; the second: how many of the bytes after it are its extradata. The rest is a packet.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "camera/video_headers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t extra = std::min<std::size_t>(data[1], size - 2);
  // Copies of just these bytes, so that a byte beyond them is noticed.
  const std::vector<std::uint8_t> extradata(data + 2, data + 2 + extra);
  const std::vector<std::uint8_t> packet(data + 2 + extra, data + size);
  using vigia::camera::VideoCodec;
  vigia::camera::VideoHeaders headers((data[0] & 1) == 0 ? VideoCodec::h264 : VideoCodec::h265, extradata);
  static_cast<void>(headers.allows_gaps());
  static_cast<void>(headers.start_of(packet));
  return 0;
}
