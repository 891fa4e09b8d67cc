// One recorded stream, which the calling thread pulls frame by frame, repeated at its end: the camera's own
// source, decoder and buffers, and nothing around them. This is the least that decoding costs. Threads: owner
// thread only.
#pragma once

#include <memory>

#include "base/result.h"
#include "camera/camera_stats.h"
#include "camera/decoder.h"
#include "camera/packet_source.h"
#include "camera/picture_converter.h"
#include "camera/picture_pool.h"
#include "domain/frame.h"
#include "memory/memory_manager.h"
#include "settings/settings.h"

namespace vigia::bench {

class BareStream {
 public:
  // memory must outlive it and its frames. Errors: as camera/source_factory.h.
  static Result<std::unique_ptr<BareStream>> open(const settings::CameraSettings& camera,
                                                  memory::MemoryManager& memory);

  // Reads and decodes up to the next picture. Errors: io, no_memory: no picture in two passes.
  Result<domain::Frame> next();

 private:
  BareStream(const settings::CameraSettings& camera, memory::MemoryManager& memory)
      : url_(camera.spec.url),
        buffers_(camera.source.frame_buffer_size + camera::kInProcess + camera::kBestShots),
        decoded_(memory, camera.spec.name),
        converter_(memory, camera.spec.name) {}
  Status feed();
  AVFrame* shareable(AVFrame& picture);

  // Constant after open().
  const std::string url_;
  const int buffers_;

  camera::PicturePool decoded_;
  camera::PictureConverter converter_;
  camera::CaptureCounters counters_;
  std::unique_ptr<camera::PacketSource> source_;
  camera::PictureChanges changes_{{}, {}};
  std::unique_ptr<camera::Decoder> decoder_;
  camera::AvHandle<AVPacket> packet_{av_packet_alloc()};
  bool at_end_ = false;
  int empty_passes_ = 0;
};

}  // namespace vigia::bench
