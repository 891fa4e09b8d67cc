// Decides which of the frames that a camera's open tracks hold for their best shots should become JPEGs, so
// that many people cannot hold all of its buffers. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "domain/shot_image.h"
#include "track/open_track.h"

namespace vigia::track {

class HeldFrames {
 public:
  // Appends the held frames beyond the `keep` newest, and those before that stream time, each once.
  struct Limits {
    std::size_t keep;
    Nanoseconds before;
  };
  void to_encode(std::span<OpenTrack> open, const Limits& limits,
                 std::vector<std::shared_ptr<domain::ShotImage>>& out);

 private:
  std::vector<const OpenTrack*> holders_;
};

// The image could not be taken: it is offered again.
void offer_again(std::span<OpenTrack> open, const domain::ShotImage& image) noexcept;

}  // namespace vigia::track
