// Decoding hardware as the decoder sees it: where the machine's devices are opened, and what one stream does
// with one. Both are interfaces so that tests decode on hardware that fails, is slow or is wrong at will;
// hardware_devices.h has the real ones.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "camera/av_handles.h"
#include "camera/decoder_kind.h"

namespace vigia::camera {

// One stream's. FFmpeg's decoder parses the stream on the camera's thread and lets the hardware paint; the
// pictures ("surfaces") lie in the hardware's memory until they are downloaded. Threads: owner thread only;
// it may be destroyed on another.
class Accelerator {
 public:
  virtual ~Accelerator() = default;

  [[nodiscard]] virtual DecoderKind kind() const noexcept = 0;
  // The open device, for those who want it to stay open while no stream uses it.
  [[nodiscard]] virtual std::shared_ptr<const void> device() const noexcept = 0;
  // To a decoder that is not yet open. Error: no_memory.
  virtual Status attach(AVCodecContext& context) = 0;
  // The format of surfaces, of those that FFmpeg offers; AV_PIX_FMT_NONE: the hardware cannot decode this
  // stream. (FFmpeg offers it no more once the driver has refused the profile or the size.)
  [[nodiscard]] virtual AVPixelFormat choose(const AVPixelFormat* offered) const noexcept = 0;
  // The format of a surface's picture in memory.
  [[nodiscard]] virtual AVPixelFormat memory_format(const AVFrame& surface) const noexcept = 0;
  // Copies the picture into `to`, which has that format, the surface's size, and its planes. Waits until it
  // is painted. Below 0: FFmpeg's error code.
  virtual int download(const AVFrame& surface, AVFrame& to) noexcept = 0;
};

// In seconds: of the thread's CPU, and of the clock.
struct ThreadCost {
  double cpu = 0, wall = 0;
  void operator+=(const ThreadCost& more) noexcept {
    cpu += more.cpu;
    wall += more.wall;
  }
};

// The machine's. Threads: thread-safe. Must outlive the streams.
class DecodingHardware {
 public:
  virtual ~DecodingHardware() = default;

  // device: the setting hwaccel_device; empty: the first one. Errors: not_found (no such device, no driver,
  // or the codec is not for it), unavailable (it failed a short time ago), no_memory. Texts say what is to be
  // done.
  virtual Result<std::unique_ptr<Accelerator>> open(DecoderKind kind, const std::string& device,
                                                    AVCodecID codec) = 0;
  // What the calling thread has spent so far. What a driver does on threads of its own is not in it.
  [[nodiscard]] virtual ThreadCost spent() noexcept {
    return {.cpu = thread_cpu_seconds(),
            .wall = to_seconds(std::chrono::steady_clock::now().time_since_epoch())};
  }
};

}  // namespace vigia::camera
