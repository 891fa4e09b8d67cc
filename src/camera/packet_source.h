// Encoded video, packet by packet: an RTSP server, a file, the synthetic scene. What comes after it,
// decoding, pacing, reconnecting, is the same for all: see stream_camera.h.
// Threads: owner thread only. Units: time stamps in time_base().
#pragma once

#include <stop_token>

#include "base/result.h"

struct AVCodecParameters;
struct AVPacket;
struct AVRational;

namespace vigia::camera {

// How a live source sends.
struct LiveManner {
  // Its stamps come from where the pictures were made; false: FFmpeg made them up, or there are none.
  bool is_stamped = false;
  // Whoever reads may take his time: it is lossless, and what was not read yet waits with the sender.
  bool may_wait = false;
  // A packet is handed out only when the first bytes of the next one are there (FFmpeg joins slices to
  // pictures, and knows no sooner that one is complete).
  bool is_one_behind = false;
};

class PacketSource {
 public:
  virtual ~PacketSource() = default;

  // Of its video stream; valid while the source lives.
  [[nodiscard]] virtual const AVCodecParameters& codec() const = 0;
  [[nodiscard]] virtual AVRational time_base() const = 0;
  // True: packets come at their own pace (a network camera). False: as fast as they are read (a file,
  // sim:), and whoever reads keeps the time.
  [[nodiscard]] virtual bool live() const = 0;
  // REQUIRES: live().
  [[nodiscard]] virtual LiveManner manner() const { return {}; }

  // The next packet of the video stream; `packet` is blank before, and the caller's after.
  // Errors: ended (nothing more), timeout, cancelled (stop), io, unavailable.
  virtual Status read(AVPacket& packet, const std::stop_token& stop) = 0;
  // From the first packet again. REQUIRES: !live().
  virtual Status rewind() = 0;
};

}  // namespace vigia::camera
