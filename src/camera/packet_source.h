// A source of encoded video, packet by packet: an RTSP server, a file, the synthetic scene. Decoding, pacing
// and reconnecting are the same for all: see stream_camera.h. Threads: owner thread only. Units: time stamps
// in time_base().
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/result.h"
#include "camera/picture_change.h"

struct AVCodecParameters;
struct AVPacket;
struct AVRational;

namespace vigia::camera {

// How a live source sends.
struct LiveManner {
  // Its time stamps come from the sender; false: FFmpeg invented them, or there are none.
  bool is_stamped = false;
  // The reader may fall behind without loss: unread packets wait at the sender.
  bool may_wait = false;
  // A packet is returned only when the first bytes of the next one are there (FFmpeg joins slices to
  // pictures, and cannot know earlier that one is complete).
  bool is_one_behind = false;
  // A new connection costs little and mostly begins with a key frame: see reopening.h.
  bool may_reopen = false;
};

// What is known of a connection besides its packets.
struct LinkState {
  std::uint64_t packets_lost = 0;  // since it was opened
  std::uint64_t rubbish = 0;       // bytes between packets
  int refused_with = 0;  // status of a request that the server refused during the last read; 0: none
  // Reading failed because the connection cannot be used any further, though the server sends: a new one can.
  bool is_out_of_step = false;
};

class PacketSource {
 public:
  virtual ~PacketSource() = default;

  // Parameters of the video stream; valid while the source lives.
  [[nodiscard]] virtual const AVCodecParameters& codec() const = 0;
  [[nodiscard]] virtual AVRational time_base() const = 0;
  [[nodiscard]] virtual Presentation presentation() const { return {}; }
  // True: packets come at their own pace (a network camera). False: they come as fast as they are read (a
  // file, sim:), and the reader keeps the pace.
  [[nodiscard]] virtual bool live() const = 0;
  // REQUIRES: live().
  [[nodiscard]] virtual LiveManner manner() const { return {}; }

  [[nodiscard]] virtual LinkState link() const { return {}; }

  // Reads the next packet of the video stream. `packet` must be blank; afterwards the caller owns its data.
  // AV_PKT_FLAG_CORRUPT: something was lost, in it or just before it. Errors: ended (nothing more), timeout,
  // cancelled (stop), io, unavailable.
  virtual Status read(AVPacket& packet, const std::stop_token& stop) = 0;
  // True: it is JPEGs over HTTP whose frame of headers between them (multipart) cannot be read, so they were,
  // or must be, read one after the other without it: ffmpeg_format mjpeg.
  [[nodiscard]] virtual bool wants_plain_mjpeg() const { return false; }
  // After `ended`: what goes on with the same picture, fetched anew, if this was an address of one picture;
  // else nullptr. The clock must outlive it. REQUIRES: live().
  virtual std::unique_ptr<PacketSource> snapshots(Clock& /*clock*/) { return nullptr; }
  // The next read() returns the first packet again. REQUIRES: !live().
  virtual Status rewind() = 0;
};

}  // namespace vigia::camera
