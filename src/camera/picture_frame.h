// A decoded picture as a domain::Frame. Threads: thread-safe.
#pragma once

#include "camera/av_handles.h"
#include "camera/picture_converter.h"
#include "camera/picture_pool.h"
#include "domain/frame.h"

namespace vigia::camera {

// Shares the picture's lease; its times are not set. REQUIRES: i420 or nv12, in a lease: as
// Decoder::shareable() says, or from the PictureConverter.
inline domain::Frame frame_of(const AVFrame& picture) {
  domain::Frame frame;
  frame.buffer = lease_of(picture);
  frame.layout = picture.format == AV_PIX_FMT_NV12 ? domain::PixelLayout::nv12 : domain::PixelLayout::i420;
  frame.range = full_range(picture) ? domain::ColorRange::full : domain::ColorRange::limited;
  frame.matrix = signalled_matrix(picture);
  frame.size = {picture.width, picture.height};
  const std::size_t planes = frame.layout == domain::PixelLayout::nv12 ? 2 : 3;
  for (std::size_t i = 0; i < planes; ++i) frame.planes[i] = {picture.data[i], picture.linesize[i]};
  return frame;
}

}  // namespace vigia::camera
