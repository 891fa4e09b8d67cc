// Which frames the open tracks of a camera hold for their best shots, and which of them should become JPEGs,
// so that a crowd cannot hold all of its buffers. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "domain/shot_image.h"
#include "track/open_track.h"

namespace vigia::track {

class HeldFrames {
 public:
  // Of the frames held those beyond the `keep` newest, each offered once. Appends.
  void to_encode(std::span<OpenTrack> open, std::size_t keep,
                 std::vector<std::shared_ptr<domain::ShotImage>>& out);

 private:
  std::vector<const OpenTrack*> holders_;
};

// The image could not be taken: it is offered again.
void offer_again(std::span<OpenTrack> open, const domain::ShotImage& image) noexcept;

}  // namespace vigia::track
