// Packets in, clean pictures out, decoded straight into leases of the camera's pool, or on hardware and then
// copied into one.
//
//   decoder->push(packet, times);
//   while (AVFrame* frame = decoder->next()) use(*frame);      // valid until the next call
//
// A picture spoilt by a broken packet, a damaged reference or a refused buffer may show faces that are not
// there, so none is delivered: from such a loss to the next clean start every packet is left out and counted.
// The first packets of H.264, H.265 and MPEG-4 are treated likewise. Clean starts are
// - key frames; with H.265 also CRA and BLA pictures;
// - recovery points of H.264 and H.265: nothing is shown until they are reached;
// - intra pictures without any mark: at once where the stream has one reference frame, else when none of the
//   above has come for kIntraWait. (Later pictures may then refer to pictures before it; where more than two
//   can be referred to, FFmpeg's decoder of H.264 goes on holding back.);
// - any packet after kLongestWait, but for H.265: what can be shown is left to FFmpeg, whose decoder of H.265
//   alone shows pictures painted on references that it made up.
// Time alone heals nothing: see the README for measurements.
//
// On hardware, damage that shows only in what is painted is not noticed; what the packets tell is. When the
// hardware cannot decode the stream, fails several times in a row, or gives nothing, hardware_failure() says
// so, and nothing more comes: go on with another decoder.
//
// Guarantee: no input makes it fail; broken input is counted. It allocates nothing per frame but FFmpeg's own
// reference nodes. Threads: owner thread only; it may be destroyed on another (it is retired).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "camera/accelerator.h"
#include "camera/av_handles.h"
#include "camera/camera_stats.h"
#include "camera/picture_pool.h"
#include "camera/video_headers.h"
#include "memory/retirable.h"

namespace vigia::camera {

// When a packet came; goes through the decoder with its picture.
struct PacketTimes {
  SteadyTime read_at;             // by the reader, or when it was due
  SteadyTime came;                // its last byte, as far as that is known
  bool waited_for = false;        // the reader had to wait for it
  std::optional<UtcTime> told{};  // by the camera's own clock
};

// FFmpeg's; nullptr: none that decodes into buffers of ours, or on hardware.
const AVCodec* find_decoder(AVCodecID id, bool on_hardware);

struct DecoderSetup {
  const AVCodecParameters& codec;
  AVRational time_base;
  PicturePool& pool;  // these two must outlive the last push() and next(), not the decoder
  CaptureCounters& counters;
  int buffers_for_others = 0;  // pictures that may be held outside at once
  // Is charged for what the decoder holds besides pictures (its tables and surfaces, by an estimate) until it
  // is destroyed.
  std::shared_ptr<memory::Account> account;
  std::unique_ptr<Accelerator> accelerator{};  // null: on the CPU
};

class Decoder final : public memory::Retirable {
 public:
  static constexpr std::chrono::seconds kIntraWait{2};
  static constexpr std::chrono::seconds kLongestWait{10};

  // Errors: io (no decoder for this codec), no_memory.
  static Result<std::unique_ptr<Decoder>> open(DecoderSetup setup);
  ~Decoder() noexcept override = default;

  // The times come out again with the picture: see times_of().
  void push(const AVPacket& packet, const PacketTimes& times) noexcept;
  // No more packets come: next() returns the remaining pictures.
  void finish() noexcept;
  // The next clean picture; nullptr: push() the next packet, or, after finish(), there is none left.
  AVFrame* next() noexcept;
  // Discards all state: the next packets come from another position.
  void restart() noexcept;

  // True: the picture is in a lease of the pool and can be shared. False: FFmpeg may write into its memory
  // again; copy it before the next call.
  [[nodiscard]] bool shareable(const AVFrame& frame) const noexcept;
  [[nodiscard]] const PacketTimes& times_of(const AVFrame& frame) const noexcept;
  // Nothing is shown since a loss, or since the beginning.
  [[nodiscard]] bool waiting() const noexcept { return waiting_ || !shown_; }
  [[nodiscard]] DecoderKind kind() const noexcept {
    return accelerator_ ? accelerator_->kind() : DecoderKind::software;
  }
  // Why the hardware cannot go on; nullptr: it can, or there is none.
  [[nodiscard]] const char* hardware_failure() const noexcept { return hardware_failure_; }
  // Where losses are counted from now on; must outlive the last push() and next().
  void count_into(CaptureCounters& counters) noexcept { counters_ = &counters; }
  // Pictures are being left out for lack of a buffer.
  [[nodiscard]] bool starved() const noexcept { return waiting_ && cause_ == Loss::no_buffer; }

 private:
  enum class Loss { damage, no_buffer };
  // More than the number of pictures that a decoder holds back for reordering.
  static constexpr std::uint64_t kTags = 64;

  explicit Decoder(DecoderSetup setup)
      : Retirable(0),
        pool_(setup.pool),
        buffers_for_others_(setup.buffers_for_others),
        account_(std::move(setup.account)),
        accelerator_(std::move(setup.accelerator)),
        counters_(&setup.counters) {}

  // How decoding begins at a packet.
  struct Beginning {
    bool is_possible = false;
    int hidden = 0;  // pictures, from the first on, that are not shown
  };

  void know(const AVCodecParameters& codec);
  Status open_context(const AVCodecParameters& parameters, AVRational time_base);
  Status set_up_context(AVCodecID id);
  static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags) noexcept;
  static AVPixelFormat choose_format(AVCodecContext* context, const AVPixelFormat* offered) noexcept;
  int lease_buffer(AVFrame& frame);
  int get_surface(AVFrame& frame, int flags);
  void hold_tables(Bytes pixels, int references);
  AVFrame* in_memory() noexcept;
  bool download();
  void note_hardware_error() noexcept;
  bool leave_out(const AVPacket& packet, SteadyTime now) noexcept;
  [[nodiscard]] Beginning beginning_at(const AVPacket& packet, SteadyTime now);
  bool has_waited_longest(SteadyTime now) noexcept;
  void begin(const Beginning& beginning) noexcept;
  void count_loss(Loss cause) noexcept;
  void lose(Loss cause) noexcept;
  void fail() noexcept;
  void drain(Loss cause) noexcept;
  void flush() noexcept;
  void note_wait(SteadyTime now) noexcept;
  void note_picture(std::uint64_t tag) noexcept;
  [[nodiscard]] bool painted_in_a_lost_one() const noexcept;
  [[nodiscard]] bool spoilt(const AVFrame& frame) const noexcept;

  // Constant after open().
  PicturePool& pool_;
  const int buffers_for_others_;
  const std::shared_ptr<memory::Account> account_;
  const std::unique_ptr<Accelerator> accelerator_;  // null: on the CPU
  bool gaps_are_losses_ = false;      // two pictures for one packet: one of them stands in for a lost one
  bool makes_up_references_ = false;  // and shows what it paints on them: H.265
  bool must_paint_ = false;  // all of each picture is in its packet, and FFmpeg does not say if it is not
  bool begins_with_key_ = false;  // pictures before the first clean start would be shown

  CaptureCounters* counters_;
  std::optional<VideoHeaders> headers_;  // of H.264 and H.265
  memory::Charge tables_;
  AvHandle<AVCodecContext> context_;
  AvHandle<AVFrame> frame_;
  AvHandle<AVFrame> downloaded_;             // of the surface in frame_
  AVPixelFormat surface_ = AV_PIX_FMT_NONE;  // of pictures on the hardware
  const char* hardware_failure_ = nullptr;
  int hardware_errors_ = 0;                 // since the last picture
  int packets_without_picture_ = 0;         // likewise, of those that the hardware got
  std::array<PacketTimes, kTags> times_{};  // of the packets tagged last
  std::uint64_t tag_ = 0;                   // of the packet pushed last; comes out with its picture
  int asked_ = 0;                 // pictures that FFmpeg requested memory for, since the last push()
  bool refused_ = false;          // one of them was refused
  bool shown_ = false;            // a picture came out since the decoder began
  bool draining_ = false;         // after a failure: what was decoded before it comes out first
  std::uint64_t began_at_ = 0;    // the tag with which the decoder began
  std::uint64_t shown_from_ = 0;  // tags before this one are not shown
  std::uint64_t spoilt_from_ = UINT64_MAX;   // tags from here on are not shown
  int failures_ = 0;                         // one after the other, while draining
  bool waiting_ = false;                     // for the next clean start
  std::optional<SteadyTime> waiting_since_;  // by the first packet that was left out
  Loss cause_ = Loss::damage;
};

}  // namespace vigia::camera
