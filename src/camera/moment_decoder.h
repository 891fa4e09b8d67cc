// Decodes a moment of a kept stream (packet_ring.h) into frames, as a camera's own are: upright, in leases of
// the budget, nothing that is damaged.
//
//   MomentDecoder decoder(memory, "vigia");
//   decoder.decode(*moment, {from, to, video_transform}, [&](domain::Frame frame) { ...; return true; });
//
// Frames carry `size`, `captured` and their planes; no other time is set. Decoding begins at the key frame,
// so the cost is that of all pictures from there: 2 ms for one of 720p, 6 for 1080p. The buffers of the last
// decoder are kept for the next one until release(). Threads: owner thread only; frames any.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "camera/camera_stats.h"
#include "camera/packet_ring.h"
#include "camera/picture_converter.h"
#include "camera/picture_pool.h"
#include "domain/frame.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

class MomentDecoder {
 public:
  struct Wanted {
    UtcTime from, to;
    domain::Orientation own{};  // the camera's video_transform
  };
  using Use = std::function<bool(domain::Frame)>;  // false: no more frames are wanted

  // owner: whom buffers are charged to.
  MomentDecoder(memory::MemoryManager& memory, const std::string& owner)
      : memory_(memory),
        account_(memory.budget().open(owner, memory::Kind::packets)),
        decoded_(memory, owner),
        converter_(std::make_unique<PictureConverter>(memory, owner)) {}

  // Calls `use` for the frames that were captured in that time, in the order of showing. A frame may be kept;
  // up to kHeld at once. Errors: io (no decoder, or not one picture of that time could be decoded),
  // no_memory (no buffer was to be had).
  static constexpr int kHeld = 3;
  Status decode(const KeptMoment& moment, const Wanted& wanted, const Use& use);
  // Pictures that were decoded, wanted or not, since it was made.
  [[nodiscard]] std::uint64_t pictures() const noexcept { return pictures_; }
  // Gives its buffers back.
  void release();

 private:
  struct Pass;
  bool take_ready(Pass& pass);
  [[nodiscard]] bool hand_over(AVFrame& picture, Pass& pass);

  memory::MemoryManager& memory_;
  const std::shared_ptr<memory::Account> account_;
  PicturePool decoded_;
  std::unique_ptr<PictureConverter> converter_;  // never null
  CaptureCounters counters_;
  std::uint64_t pictures_ = 0;
};

}  // namespace vigia::camera
