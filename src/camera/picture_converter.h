// Converts pictures of any FFmpeg format to i420 of the same size: for decoders that output a format which
// the other parts cannot read (GIF, 4:2:2, 10 bits, ...). Colour range and matrix: those of the source for
// YUV, limited and BT.601 for RGB and palettes. Transparency is ignored. Cost: about 0.6 ms for 720p, and one
// buffer; H.264 from cameras never comes here. Threads: owner thread only.
#pragma once

#include <optional>

#include "camera/av_handles.h"
#include "camera/picture_pool.h"
#include "domain/frame.h"

namespace vigia::camera {

class PictureConverter {
 public:
  PictureConverter() : out_(av_frame_alloc()) {}

  // The picture in a lease of `pool`, valid until the next call; nullptr: no buffer was available, or it
  // cannot be converted (then `impossible()`).
  AVFrame* convert(const AVFrame& in, PicturePool& pool, int buffers);
  [[nodiscard]] bool impossible() const noexcept { return impossible_; }
  // Lets go of the last picture.
  void release() noexcept { av_frame_unref(out_.get()); }

 private:
  struct Key {
    int format = -1;
    int width = 0;
    int height = 0;
    bool full = false;
    bool operator==(const Key&) const = default;
  };
  bool prepare(const Key& key);

  AvHandle<AVFrame> out_;
  AvHandle<SwsContext> context_;
  Key key_;
  bool impossible_ = false;
};

// True: 0..255. If the stream does not say, limited range is assumed, which cameras send.
bool full_range(const AVFrame& frame) noexcept;
// Nothing: the stream does not say, or names one that no camera sends (YCgCo, ICtCp).
std::optional<domain::ColorMatrix> signalled_matrix(const AVFrame& frame) noexcept;

}  // namespace vigia::camera
