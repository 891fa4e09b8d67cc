// Fuzzes the extradata of an H.264 stream, as avcC or with start codes.
#include <cstdint>
#include <span>
#include <vector>

#include "camera/h264_gaps.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> exactly(data, data + size);  // so that a byte beyond it is noticed
  static_cast<void>(vigia::camera::h264_allows_gaps(exactly));
  return 0;
}
