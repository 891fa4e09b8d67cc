// Makes pictures of any FFmpeg format into what the other parts read: i420, upright, with square pixels,
// without combed edges (picture_change.h). For pictures that cannot be handed on as they are decoded: other
// formats (GIF, 4:2:2, 10 bits, ...) and those that need a change; H.264 from most cameras never comes here.
// Colour range and matrix: those of the source for YUV, limited and BT.601 for RGB and palettes. Transparency
// is ignored.
//
// Cost, for 720p: converting 0.6 ms, turning by a quarter 0.3 ms, mirroring and one field 0.1 ms, widening 2
// ms, HDR 1.5 ms; a buffer of the result's size, and one more if the picture is turned after something else.
// Threads: owner thread only.
#pragma once

#include <optional>
#include <string>

#include "camera/av_handles.h"
#include "camera/picture_change.h"
#include "camera/picture_pool.h"
#include "camera/tone_map.h"
#include "domain/frame.h"

namespace vigia::camera {

class PictureConverter {
 public:
  // owner: the camera, which the buffers are charged to.
  PictureConverter(memory::MemoryManager& manager, const std::string& owner)
      : drawn_(av_frame_alloc()),
        turned_(av_frame_alloc()),
        drawn_pool_(manager, owner),
        turned_pool_(manager, owner) {}

  // The picture in a lease, valid until the next call; nullptr: no buffer was available, or it cannot be
  // converted (then `impossible()`). buffers: how many results may be held at once.
  AVFrame* convert(const AVFrame& in, const PictureChange& change, int buffers);
  [[nodiscard]] bool impossible() const noexcept { return impossible_; }
  // Lets go of the last picture.
  void release() noexcept;

 private:
  // What the scaler of other formats is made for.
  struct Key {
    int format = -1;
    domain::Size from, to;
    bool full = false;
    bool operator==(const Key&) const = default;
  };
  bool prepare(const Key& key);
  bool draw(const AVFrame& in, const PictureChange& change, int buffers);
  bool turn(const AVFrame& in, domain::Orientation how, int buffers);
  bool lease(PicturePool& pool, domain::Size size, int buffers, AVFrame& out);

  AvHandle<AVFrame> drawn_, turned_;
  PicturePool drawn_pool_, turned_pool_;
  ToneMap tone_map_;
  AvHandle<SwsContext> context_;
  Key key_;
  bool impossible_ = false;
};

// True: 0..255. If the stream does not say, limited range is assumed, which cameras send.
bool full_range(const AVFrame& frame) noexcept;
// Nothing: the stream does not say, or names one that no camera sends (YCgCo, ICtCp).
std::optional<domain::ColorMatrix> signalled_matrix(const AVFrame& frame) noexcept;

}  // namespace vigia::camera
