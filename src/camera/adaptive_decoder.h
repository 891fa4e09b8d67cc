// A camera's decoder: on the CPU, or on hardware where the setting hwaccel says so and it proves itself.
//
//   hwaccel  what it does
//   none     the CPU
//   vaapi    that hardware, if it can be opened and decodes the stream
//   cuda     likewise
//   auto     the CPU; beside it the first hardware that is there (VAAPI, then CUDA) decodes the same packets,
//            until hardware_trial.h has decided. What it decided stays for this codec and size
//
// Guarantees: whatever hardware fails at (no device, no driver, the profile, errors in a row, silence), the
// camera goes on with the CPU, from the packet at hand if it is a key frame, else from the next one. That is
// counted (hwaccel_fallbacks) and logged with what can be done; hardware is not tried again for kTryAgain,
// and then at the next connection. A change from the CPU to hardware loses and repeats no picture.
//
// Cost: none without hardware. A trial decodes each picture twice, and compares. Threads: owner thread only.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "camera/accelerator.h"
#include "camera/camera_options.h"
#include "camera/camera_stats.h"
#include "camera/decoder.h"
#include "camera/hardware_trial.h"
#include "camera/packet_source.h"
#include "camera/picture_pool.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

// What a camera's connections learn of the hardware, kept from one to the next.
struct HardwareNotes {
  HardwareNotes(memory::MemoryManager& memory, const std::string& owner) : downloaded(memory, owner) {}

  PicturePool downloaded;  // pictures that were read from the hardware
  // Of auto: what is best for this codec and size; nothing: it has not been tried.
  std::optional<DecoderKind> best{};
  AVCodecID codec = AV_CODEC_ID_NONE;
  domain::Size size{};
  std::optional<SteadyTime> not_before{};  // no hardware until then, after a failure
  std::shared_ptr<const void> device{};    // stays open between connections
  bool is_told = false;                    // the log says that auto found no hardware
};

class AdaptiveDecoder {
 public:
  static constexpr std::chrono::minutes kTryAgain{10};

  // All must outlive it.
  struct Setup {
    const std::string& camera;  // its name
    const CameraOptions& options;
    DecodingHardware* hardware;  // null: the machine's is not used
    memory::MemoryManager& memory;
    Clock& clock;
    CaptureCounters& counters;
    PicturePool& decoded;  // what the CPU decodes into
    HardwareNotes& notes;
    std::shared_ptr<memory::Account> account;
    int buffers_for_others = 0;
  };

  // Errors: as Decoder::open(), and no_memory.
  static Result<std::unique_ptr<AdaptiveDecoder>> open(Setup setup, const PacketSource& source);

  // As Decoder's.
  void push(const AVPacket& packet, const PacketTimes& times);
  AVFrame* next();
  void finish() noexcept;
  void restart() noexcept;
  [[nodiscard]] bool shareable(const AVFrame& frame) const noexcept { return main_->shareable(frame); }
  [[nodiscard]] const PacketTimes& times_of(const AVFrame& frame) const noexcept {
    return main_->times_of(frame);
  }
  [[nodiscard]] bool waiting() const noexcept { return main_->waiting(); }
  [[nodiscard]] bool starved() const noexcept { return main_->starved(); }

  [[nodiscard]] DecoderKind kind() const noexcept { return main_->kind(); }
  // It must get every packet.
  [[nodiscard]] bool on_trial() const noexcept { return rival_ != nullptr; }
  // Of the pool that its pictures are in.
  [[nodiscard]] int free_buffers() const noexcept;

 private:
  // The decoder's pictures go back to the pool at once; only the rest waits for the collector.
  struct Retire {
    memory::MemoryManager* memory;
    void operator()(Decoder* last) const noexcept;
  };
  using Owned = std::unique_ptr<Decoder, Retire>;

  AdaptiveDecoder(Setup setup, AvHandle<AVCodecParameters> codec, AVRational time_base)
      : setup_(std::move(setup)),
        codec_(std::move(codec)),
        time_base_(time_base),
        main_(nullptr, Retire{&setup_.memory}),
        rival_(nullptr, Retire{&setup_.memory}) {}

  Result<Owned> open_software();
  Result<Owned> open_hardware(DecoderKind kind);
  void begin_on_hardware(DecoderKind kind);
  bool begin_trial(DecoderKind first);
  void use(Owned decoder);
  void push_both(const AVPacket& packet, const PacketTimes& times);
  AVFrame* next_of_both();
  void settle_trial();
  void reject(const std::string& why);
  void fall_back(const std::string& why);
  [[nodiscard]] bool may_try() const;
  [[nodiscard]] const std::string& device_of(DecoderKind kind) const;
  void note_stream();

  const Setup setup_;
  const AvHandle<AVCodecParameters> codec_;  // a source may be replaced by another that goes on
  const AVRational time_base_;
  Owned main_;
  // Of a trial: the hardware's, whose pictures are only compared, and whose losses are not the camera's.
  CaptureCounters unseen_;
  Owned rival_;
  HardwareTrial trial_;
};

}  // namespace vigia::camera
