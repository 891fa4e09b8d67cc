// Which part of a frame a detector sees, and how it is mapped to the detector's smaller picture: scaled by
// one factor into the top left corner; the rest at the right or the bottom is black.
#pragma once

#include "base/result.h"
#include "domain/detection.h"
#include "domain/frame.h"
#include "domain/geometry.h"

namespace vigia::detect {

// The part of `region` inside a picture of this size; an empty region means the whole picture. A region
// outside the picture gives width or height 0.
domain::Region clip_region(const domain::Region& region, domain::Size picture);
// Errors: invalid, when the frame has no size or lacks planes.
Status check_frame(const domain::Frame& frame);

struct Letterbox {
  domain::Region region;  // of the frame
  domain::Size content;   // of the detector's picture: what the region covers, at least 1x1

  [[nodiscard]] double scale_x() const { return static_cast<double>(region.width) / content.width; }
  [[nodiscard]] double scale_y() const { return static_cast<double>(region.height) / content.height; }
  // From the detector's pixels to the frame's. The box is cut to the region and may become empty.
  void to_frame(domain::Detection& detection) const;
};

// REQUIRES: the region is not empty.
Letterbox fit_letterbox(const domain::Region& region, domain::Size input);

// A part of that look, at its scale. The part is enlarged to two or three fifths or all of the width, and to
// half or all of the height, so that few shapes of network are needed. REQUIRES: the part is not empty, and
// inside whole.region.
Letterbox close_letterbox(const Letterbox& whole, const domain::Region& part);

// True if the box touches an edge of `part` that is inside `whole`: that edge may have cut the face.
bool is_cut(const domain::Box& box, const domain::Region& part, const domain::Region& whole);

}  // namespace vigia::detect
