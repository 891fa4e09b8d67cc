// From a frame's YUV planes to the detector's picture in one pass: cut out, scaled, as three planes of
// floats, blue, green and red, 0..255, letterboxed with black.
//
// Scaling: where it shrinks, each value is the mean over the box of source pixels that it stands for,
// parts of pixels counted in part; where it enlarges, linear between pixel centres. Each plane is scaled
// from its own resolution; chroma is taken to lie in the middle of its 2x2 pixels.
// Colours: BT.601 below 720 lines of the whole frame, BT.709 from there on: what encoders assume when a
// stream does not say, and most cameras do not say. Formulas: ITU-R BT.601-7, 2.5; BT.709-6, 3.
// This is the plain version, and the reference for faster ones.
//
// Cost: see README.md. No allocation once it has seen the sizes in use. Threads: owner thread only.
#pragma once

#include <span>
#include <vector>

#include "detect/letterbox.h"
#include "domain/frame.h"

namespace vigia::detect {

class InputPreparer {
 public:
  explicit InputPreparer(domain::Size input) : input_(input) {}

  // planes: 3 x height x width of the input. REQUIRES: check_frame(frame) is ok; the letterbox was made
  // by fit_letterbox() for this input, from a region inside the frame.
  void prepare(const domain::Frame& frame, const Letterbox& letterbox, std::span<float> planes);

 private:
  // Which source values make each output value along one axis, and how much of each: `taps` weights for
  // every output, zeros where fewer are needed.
  struct Axis {
    int taps = 0;
    int begin = 0;  // of the source values that any output needs
    int end = 0;
    std::vector<int> first;  // by output, counted from `begin`
    std::vector<float> weights;
  };
  // One colour's way: its plane, and where in it the values lie (nv12 has two colours in one plane).
  struct Source {
    domain::Plane plane;
    int step = 1;  // bytes from a value to the next
  };

  static void lay_axis(Axis& axis, double begin, double length, int source, int outputs);
  void lay_axes(domain::Size frame, const Letterbox& letterbox);
  void mean_rows(const Source& source, const Axis& rows, const Axis& columns, int row);
  void scale_row(const Source& source, const Axis& rows, const Axis& columns, int row, std::span<float> to);

  const domain::Size input_;
  // What the axes below were made for.
  domain::Size frame_;
  Letterbox letterbox_;
  Axis luma_rows_, luma_columns_, chroma_rows_, chroma_columns_;
  std::vector<float> mean_;  // one row at the source's width
  std::vector<float> y_, u_, v_;
};

}  // namespace vigia::detect
