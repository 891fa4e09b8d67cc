// Makes a track's thumbnail: a face and its surroundings, cut out of a frame and scaled down.
//
// The face and 30 % of its size on each side, inside the picture, at most Thumbnail::kSide pixels on the
// longer side and never enlarged; each value is the mean of four that are spread over its area. Colours stay
// the frame's own. Cost: 8 to 12 us, whatever the face's size (bench/thumbnail_bench.cpp); no allocation.
// Threads: pure.
#pragma once

#include "domain/frame.h"
#include "domain/sighting.h"
#include "domain/thumbnail.h"

namespace vigia::track {

// A frame without a picture, or a face outside of it, gives a thumbnail without a picture, or of its edge.
void take_thumbnail(const domain::Frame& frame, const domain::Sighting& face,
                    domain::Thumbnail& into) noexcept;

// True if the thumbnail should be taken anew: for the first face that no filter rejects; else for one that is
// clearly better, by 1.3 in quality^2 x area. (So a face of 1.3 times the quality or the area is taken, one
// that comes nearer and turns away is not, and the number of times is bounded, however long the track.)
[[nodiscard]] bool shows_better(const domain::Sighting& face, const domain::Sighting& kept) noexcept;

}  // namespace vigia::track
