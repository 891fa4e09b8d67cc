// Packets through libavformat: files, RTSP, HTTP.
//
// Guarantees: no call blocks longer than source_timeout, nor much longer than 100 ms after a stop, while
// FFmpeg waits for the network (looking up a host's name, and reading a file on a dead network disk, cannot
// be interrupted). FFmpeg's buffers are capped: 1 MiB to analyse a stream, kReorderPackets for RTP packets
// out of order. Only the protocols of the url's kind are spoken. Errors name the source without its secrets.
// Threads: owner thread only.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/packet_source.h"
#include "camera/source_url.h"

namespace vigia::camera {

class AvSource final : public PacketSource {
 public:
  static constexpr int kProbeBytes = 1 << 20;
  static constexpr int kAnalyzeMicroseconds = 3'000'000;
  static constexpr int kReorderPackets = 128;

  // Errors: as open_source().
  static Result<std::unique_ptr<PacketSource>> open(const SourceUrl& source, const CameraOptions& options,
                                                    const std::stop_token& stop);
  ~AvSource() override;
  AvSource(const AvSource&) = delete;
  AvSource& operator=(const AvSource&) = delete;

  [[nodiscard]] const AVCodecParameters& codec() const override;
  [[nodiscard]] AVRational time_base() const override;
  [[nodiscard]] bool live() const override { return live_; }
  [[nodiscard]] LiveManner manner() const override;
  Status read(AVPacket& packet, const std::stop_token& stop) override;
  Status rewind() override;

 private:
  // FFmpeg polls this while it waits, and gives up when it says so.
  struct Interrupt {
    std::stop_token stop;
    std::chrono::steady_clock::time_point deadline;
    bool timed_out = false;

    void arm(const std::stop_token& by, std::chrono::nanoseconds at_most) {
      stop = by;
      deadline = std::chrono::steady_clock::now() + at_most;
      timed_out = false;
    }
    static int asked(void* self) noexcept;
  };

  AvSource(SourceUrl source, const CameraOptions& options);
  Status open_input(const std::stop_token& stop);
  Status choose_stream();
  Status check_all_used(const AvOptions& left) const;
  // Turns FFmpeg's error code into an error: stop, time-out, or FFmpeg's own text.
  Error failure(const char* what, int code) const;

  // Constant after construction.
  const SourceUrl source_;
  const CameraOptions options_;
  const std::chrono::nanoseconds timeout_;

  Interrupt interrupt_;
  AvHandle<AVFormatContext> context_;
  int stream_ = -1;
  bool live_ = false;
};

}  // namespace vigia::camera
