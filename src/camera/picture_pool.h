// One camera's buffers for pictures of one shape, that is a pixel format and a size. A change of shape makes
// a new pool; leases of the old one stay valid.
//
// Number of buffers: those that the decoder may keep, at most 17 (reference frames, frames held for
// reordering, the one being decoded), and those that others may hold: frame_buffer_size waiting for a worker,
// kInProcess being processed, kBestShots kept by open tracks. A buffer is mapped when it is first needed; a
// 720p camera with 3 reference frames and frame_buffer_size 3 may hold 21 of 1.42 MB, which is 30 MB, and
// holds about 10 MB while nobody is in the picture. Never more than memory.camera_quota_bytes. Threads: owner
// thread only; leases any.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "camera/av_handles.h"
#include "memory/buffer_pool.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

inline constexpr int kInProcess = 2;
inline constexpr int kBestShots = 12;
inline constexpr int kMostForDecoder = 17;
// Longest side and most pixels of a picture; a larger one is refused before memory is requested.
inline constexpr int kLongestSide = 8192;
inline constexpr std::int64_t kMostPixels = 8192LL * 4608;

struct PictureShape {
  int format = -1;  // AVPixelFormat
  int width = 0;    // aligned as the user of the planes needs it
  int height = 0;
  bool operator==(const PictureShape&) const = default;
};

// Where the planes lie in a buffer.
struct PictureLayout {
  int planes = 0;  // with a palette counting as one
  std::array<std::ptrdiff_t, 4> offsets{};
  std::array<int, 4> strides{};
  Bytes bytes = 0;
};

// Every stride is a multiple of its `alignments`, every plane begins on a 64-byte boundary. Nothing for
// formats that have no planes in memory, and for impossible sizes.
std::optional<PictureLayout> lay_out(PictureShape shape, const std::array<int, 4>& alignments);

class PicturePool {
 public:
  PicturePool(memory::MemoryManager& manager, std::string owner)
      : manager_(manager), owner_(std::move(owner)) {}

  // Makes the pool fit; does nothing if shape and number of buffers are as before. False: such a picture is
  // impossible, or no memory is left. May allocate if they change.
  bool fit(PictureShape shape, const std::array<int, 4>& alignments, int buffers);

  // Gives up its buffers, until fit(); leases stay valid.
  void release() noexcept { pool_.reset(); }

  // Points the frame's planes into a new lease, which buf[0] holds. read_only: FFmpeg may not write into
  // it again once it is decoded. False: refused, and the frame is untouched. REQUIRES: fit().
  bool lease_into(AVFrame& frame, bool read_only) noexcept;

  // Writes marks into the first plane of a frame that is about to be decoded, one to each 64 bytes of every
  // 16th row, so that is_painted() can tell whether the decoder left parts of it as they were. Such parts
  // would show what was in the buffer before: another picture. Cost: 2000 marks for 1080p, some 50 us.
  // REQUIRES: lease_into() filled the frame, which has its full size.
  void mark(AVFrame& frame) const noexcept;
  // False: a mark is still there. The frame may be cropped since, and the pool may have another shape.
  static bool is_painted(const AVFrame& frame) noexcept;

  // Buffers that can still be leased if the budget allows.
  [[nodiscard]] int free_buffers() const noexcept {
    return pool_ ? pool_->max_buffers() - pool_->leased() : 0;
  }
  [[nodiscard]] int max_buffers() const noexcept { return pool_ ? pool_->max_buffers() : 0; }

 private:
  // Constant after construction.
  memory::MemoryManager& manager_;
  const std::string owner_;

  PictureShape shape_;
  PictureLayout layout_;
  int wanted_ = 0;
  std::optional<memory::BufferPool> pool_;
};

// Shares the buffer behind a frame's buf[0]. REQUIRES: lease_into() filled the frame, or the frame that it
// references.
memory::SharedLease lease_of(const AVFrame& frame);

}  // namespace vigia::camera
