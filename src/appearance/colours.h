// Describes the colours of a part of the picture: a histogram of a* and b* and one of L*, without positions.
//
// From the frame's own planes: Y, U and V to R'G'B' by the frame's range and matrix, to CIE L*a*b* by sRGB's
// curve and white (IEC 61966-2-1, CIE 15). a* and b* in 12 bins of 8 from -48 on, values beyond in the last;
// L* in 12 bins of 8 1/3. Each value is divided between the two bins that it lies between.
// Cost: 40 to 60 us. Threads: pure.
#pragma once

#include "appearance/view.h"
#include "domain/frame.h"
#include "domain/geometry.h"

namespace vigia::appearance {

struct Lab {
  float l = 0, a = 0, b = 0;  // L* 0..100
};

// Y, U, V 0..255 to L*a*b*. Made once for a frame.
class LabConversion {
 public:
  LabConversion(domain::ColorRange range, domain::ColorMatrix matrix) noexcept;
  [[nodiscard]] Lab operator()(float y, float u, float v) const noexcept;

 private:
  struct Curves;
  const Curves* curves_;  // tables, made once
  float gain_, black_, red_v_, green_u_, green_v_, blue_u_;
};

// REQUIRES: frame has a picture; part is as resample() wants it. A frame without chroma is grey.
void describe_colours(const domain::Frame& frame, const domain::Box& part, Colours& out) noexcept;

}  // namespace vigia::appearance
