// Pictures in any format of FFmpeg's, made into i420 of the same size: for what the decoder does not
// give in a format that everybody here reads (GIF, 4:2:2, 10 bits, ...).
// Colour range: that of the source for YUV, limited for RGB and palettes. Transparency is ignored.
// Cost: about 0.6 ms for 720p, and one buffer; H.264 from cameras never comes here.
// Threads: owner thread only.
#pragma once

#include "camera/av_handles.h"
#include "camera/picture_pool.h"

namespace vigia::camera {

class PictureConverter {
 public:
  PictureConverter() : out_(av_frame_alloc()) {}

  // The picture in a lease of `pool`, valid until the next call; nullptr: no buffer could be had, or no
  // way to convert it (then `impossible()`).
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

// True: 0..255. What the stream does not say is limited, as cameras send it.
bool full_range(const AVFrame& frame) noexcept;

}  // namespace vigia::camera
