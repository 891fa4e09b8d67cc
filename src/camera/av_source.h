// Packets through libavformat: files, RTSP, HTTP, cameras of this machine (device_access.h).
//
// Guarantees: no call blocks longer than source_timeout, nor much longer than 100 ms after a stop (but for
// what server_access.h leaves FFmpeg to look up, and for files that a file's own format refers to); a file on
// a dead network folder included (file_reader.h). rtsps:// and https:// are verified before anything is sent.
// FFmpeg's buffers are capped: 1 MiB to analyse a stream, kReorderPackets for RTP packets out of order. Only
// the protocols of the url's kind are spoken. Errors name the source without its secrets. Threads: owner
// thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "camera/av_handles.h"
#include "camera/av_remarks.h"
#include "camera/camera_options.h"
#include "camera/file_access.h"
#include "camera/interrupt.h"
#include "camera/packet_source.h"
#include "camera/server_access.h"
#include "camera/server_notes.h"
#include "camera/source_url.h"

namespace vigia::camera {

class AvSource final : public PacketSource {
 public:
  static constexpr int kProbeBytes = 1 << 20;
  static constexpr int kAnalyzeMicroseconds = 3'000'000;
  // Over UDP. Over TCP packets come in order, and FFmpeg should wait for none: with 2 it goes on with the
  // next packet after a gap, and only from 2 on it says that there was one.
  static constexpr int kReorderPackets = 128;
  static constexpr int kReorderPacketsOfTcp = 2;

  // notes: of earlier attempts, and for later ones; may be null. Errors: as open_source().
  static Result<std::unique_ptr<PacketSource>> open(const SourceUrl& source, const CameraOptions& options,
                                                    const KeptKeys& keys, ServerNotes* notes,
                                                    const std::stop_token& stop);
  ~AvSource() override;
  AvSource(const AvSource&) = delete;
  AvSource& operator=(const AvSource&) = delete;

  [[nodiscard]] const AVCodecParameters& codec() const override;
  [[nodiscard]] AVRational time_base() const override;
  [[nodiscard]] Presentation presentation() const override;
  [[nodiscard]] bool live() const override { return live_; }
  [[nodiscard]] LiveManner manner() const override;
  [[nodiscard]] LinkState link() const override;
  Status read(AVPacket& packet, const std::stop_token& stop) override;
  Status rewind() override;
  [[nodiscard]] bool wants_plain_mjpeg() const override { return plain_ || parts_failed_; }
  std::unique_ptr<PacketSource> snapshots(Clock& clock) override;

 private:
  AvSource(SourceUrl source, const CameraOptions& options, const KeptKeys& keys, const ServerNotes& notes);
  Status open_input(const std::stop_token& stop);
  bool open_plainly(const std::stop_token& stop);
  [[nodiscard]] bool reads_parts() const;
  void note_failed_parts(int code);
  // As one try, and a second one where the first shows that the server's offers have to be sifted.
  Status open_context(const AVInputFormat* format);
  Status open_device(const AVInputFormat* format, AvOptions& options);
  Status try_to_open(const AVInputFormat* format, AvOptions& options);
  Status choose_stream();
  Status next_packet(AVPacket& packet);
  Status next_of_device(AVPacket& packet);
  // As FFmpeg calls it: whether it must give up.
  static int asked(void* self) noexcept;
  [[nodiscard]] bool is_out_of_step() noexcept;
  Status check_all_used(const AvOptions& left) const;
  void note_status(int code);
  void take_notes();
  [[nodiscard]] bool may_sift() const;
  // Turns FFmpeg's error code into an error: stop, time-out, what the server said, or FFmpeg's own text.
  Error failure(const char* what, int code) const;
  Error failure(const char* what, const Error& why) const;

  // Constant after construction.
  const SourceUrl source_;
  const CameraOptions options_;
  const std::chrono::nanoseconds timeout_;

  Interrupt interrupt_;
  ServerNotes notes_;
  AvRemarks remarks_;  // since it was opened
  // Of the read under way: what had been remarked before it, and since when it has been in trouble.
  bool reading_ = false;
  std::uint64_t late_before_ = 0, rubbish_before_ = 0;
  std::optional<std::chrono::steady_clock::time_point> trouble_since_;
  const char* out_of_step_ = nullptr;  // why the connection cannot be used any further
  FileAccess file_;                    // as access_
  ServerAccess access_;                // before the context, which uses it to its end
  AvHandle<AVFormatContext> context_;
  int stream_ = -1;
  std::uint64_t packets_ = 0;  // read since it was opened
  bool unreadable_ = false;    // FFmpeg found no format that the data has
  bool plain_ = false;         // read as JPEGs without what lies between them
  bool parts_failed_ = false;  // what lies between JPEGs could not be read
  bool live_ = false;
};

}  // namespace vigia::camera
