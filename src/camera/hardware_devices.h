// The machine's decoding hardware through FFmpeg: VAAPI (Intel, AMD) and CUDA (NVIDIA).
//
// Guarantees: a device is opened once and shared by all streams; when the last of them, and of those that
// keep it open, lets go, the MemoryManager destroys it. One that cannot be opened is not tried again for
// kTryAgain, whoever asks. Missing drivers and libraries are errors like any other: FFmpeg loads them when it
// needs them. A driver that hangs while it is opened holds up the camera that opens it; others give up after
// kPatience. Cost: opening takes 50 ms (VAAPI) to 1 s (CUDA); each stream holds surfaces, which Decoder
// charges.
//
// Not tried on hardware: the machines on which this was written have none. What is tested is said in the
// README. Threads: thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "camera/accelerator.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

class HardwareDevices final : public DecodingHardware {
 public:
  static constexpr std::chrono::minutes kTryAgain{5};
  static constexpr std::chrono::seconds kPatience{10};

  // Both must outlive it and its streams.
  HardwareDevices(memory::MemoryManager& memory, Clock& clock) : memory_(memory), clock_(clock) {}

  Result<std::unique_ptr<Accelerator>> open(DecoderKind kind, const std::string& device,
                                            AVCodecID codec) override;

  struct Device;

 private:
  using Name = std::pair<DecoderKind, std::string>;
  struct Place {
    std::weak_ptr<Device> device;
    bool is_opening = false;
    std::optional<Error> failure;
    SteadyTime failed_at{};
  };
  Result<std::shared_ptr<Device>> share(const Name& name);
  Result<std::shared_ptr<Device>> create(const Name& name);

  // Constant after construction.
  memory::MemoryManager& memory_;
  Clock& clock_;

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar opened_;
  std::map<Name, Place> places_ GUARDED_BY(mutex_);
};

// Of a surface of FFmpeg's: see Accelerator.
[[nodiscard]] AVPixelFormat memory_format_of(const AVFrame& surface) noexcept;
int download_surface(const AVFrame& surface, AVFrame& to) noexcept;

}  // namespace vigia::camera
