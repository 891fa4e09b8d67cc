// Encodes frames as JPEGs that FindFace accepts: at most 10 MB and 6000 pixels on the longer side. Larger
// pictures are scaled down, so compare Jpeg::size with the frame's.
//
// The JPEG is made from the frame's own planes, never through RGB; see jpeg_planes.h for colours. Its
// bytes are charged to the given account (never refused: best shots are given up last), and destroyed by the
// collector, whichever thread releases them last.
// Cost: at quality 95 about 3.5 ms for 720p, 7 ms for 1080p; a copy of the encoded bytes. The scratch is
// kept, charged to "vigia". Errors: invalid (an empty frame), no_memory, io (the library's own words).
// Threads: owner thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/result.h"
#include "domain/frame.h"
#include "domain/shot_image.h"
#include "domain/thumbnail.h"
#include "memory/memory_manager.h"
#include "shot/jpeg_planes.h"

namespace vigia::shot {

struct JpegLimits {
  Bytes bytes = 10'000'000;
  int side = 6000;  // pixels, the longer one
};

// Most bytes of a thumbnail's JPEG; if it is larger its quality of 75 is lowered.
inline constexpr Bytes kMostThumbnailBytes = 8192;

class JpegEncoder {
 public:
  explicit JpegEncoder(memory::MemoryManager& memory, const JpegLimits& limits = {});

  // quality: 1..100
  [[nodiscard]] Result<std::shared_ptr<const domain::Jpeg>> encode(
      const domain::Frame& frame, int quality, const std::shared_ptr<memory::Account>& account);

  // At most kMostThumbnailBytes; about 0.03 ms. Errors: as above.
  [[nodiscard]] Result<std::vector<std::byte>> encode(const domain::Thumbnail& thumbnail);

 private:
  struct Destroy {
    void operator()(void* compressor) const noexcept;
  };

  Result<std::size_t> encode_within_limits(const domain::Frame& frame, int quality);
  Result<std::vector<std::byte>> encode_small(const domain::Thumbnail& thumbnail);
  Result<std::size_t> compress(int quality);
  std::shared_ptr<const domain::Jpeg> keep(std::size_t bytes,
                                           const std::shared_ptr<memory::Account>& account);

  memory::MemoryManager& memory_;
  const JpegLimits limits_;
  std::unique_ptr<void, Destroy> compressor_;
  JpegPlanes planes_;
  std::vector<unsigned char> output_;
  std::shared_ptr<memory::Account> scratch_account_;
  memory::Charge scratch_charge_;
};

}  // namespace vigia::shot
