// Makes the detector's picture from a frame's YUV planes in one pass: crops, scales, and converts to three
// planes of floats, blue, green and red, 0..255, letterboxed with black.
//
// Scaling: plane_scaler.h. Each plane is scaled from its own resolution; chroma is assumed to lie in the
// middle of its 2x2 pixels. Colours: by domain::color_matrix(), formulas of ITU-T H.273, 8.3.
//
// Guarantee: within 1e-3 (of 0..255) of that definition in exact arithmetic, whatever the sizes; the same
// bits on every instruction set.
// Cost: see README.md. No allocation once it has seen the sizes in use. Threads: owner thread only.
#pragma once

#include <span>
#include <vector>

#include "detect/letterbox.h"
#include "detect/plane_scaler.h"
#include "domain/frame.h"

namespace vigia::detect {

class InputPreparer {
 public:
  explicit InputPreparer(domain::Size input) : input_(input) {}

  // planes: 3 x height x width of the input; all of it is written. REQUIRES: check_frame(frame) is ok; the
  // letterbox's region lies inside the frame, its content inside the input.
  void prepare(const domain::Frame& frame, const Letterbox& letterbox, std::span<float> planes);

 private:
  void lay(domain::Size frame, const Letterbox& letterbox);
  void clear_bars(domain::Size content, std::span<float> planes) const;

  const domain::Size input_;
  PlaneScaler luma_, chroma_;
  // kMixedRows rows of scaled values, `pitch_` each.
  std::size_t pitch_ = 0;
  std::vector<float> y_, u_, v_;
};

}  // namespace vigia::detect
