// Scales a part of one plane, kMixedRows rows at a time, so that the rows in use stay in the cache.
//
// When it shrinks, each value is the mean over the box of source values that it represents, with partial
// values weighted; when it enlarges, it interpolates linearly between the centres of values. Boxes of whole
// values (up to 16x16) and of one and a half, which cameras' and detectors' usual sizes give, are summed in
// whole numbers; any other ratio goes through weights in floats.
//
// The output is the mean times area(), so that nothing is divided twice.
// Guarantee: the same bits on every instruction set (sum_kernels.h, mix_kernels.h).
// No allocation but in lay(), and there none for sizes no larger than those seen: cameras of several sizes
// may take turns. Threads: owner thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "detect/mix_kernels.h"
#include "domain/frame.h"

namespace vigia::detect {

class PlaneScaler {
 public:
  // One axis: which part of `source` values is scaled to how many. A part may begin and end between values
  // (chroma of an odd region).
  struct Stretch {
    double begin = 0;
    double length = 0;
    int source = 0;
    int outputs = 0;
    bool operator==(const Stretch&) const = default;
  };
  // Rows of outputs: kMixedRows of them, `pitch` from one to the next, each with kSlack to spare.
  struct Output {
    float* rows;
    std::size_t pitch;
  };

  // Does nothing when nothing has changed.
  void lay(const Stretch& columns, const Stretch& rows);
  [[nodiscard]] double area() const noexcept { return area_; }
  // Outputs of rows `row` to `row` + kMixedRows - 1; those beyond the last are not defined.
  void scale(const domain::Plane& plane, int row, const Output& to);
  // nv12's second plane: U and V in turn. The stretches count pairs.
  void scale_interleaved(const domain::Plane& plane, int row, const Output& u, const Output& v);

 private:
  // Which source values make each output along one axis, and how much of each: `taps` weights for
  // every output, zeros where fewer are needed.
  struct Axis {
    int taps = 0;
    int begin = 0;  // of the source values that any output needs
    int end = 0;
    std::vector<int> first;  // by output, counted from `begin`; filled up to a multiple of kMixedRows
    std::vector<float> weights;
  };
  enum class Way { whole_boxes, three_halves, mixture };

  static void lay_axis(Axis& axis, const Stretch& stretch);
  [[nodiscard]] Way way() const;
  void take_rows(const domain::Plane& plane, int row, std::size_t first_byte);
  void sum(const domain::Plane& plane, int row, float* to);
  void sum_interleaved(const domain::Plane& plane, int row, float* u, float* v);
  void fold_sums(std::uint16_t* sums, int parts, float* to) const;
  void mix(const domain::Plane& plane, int row, int step);
  [[nodiscard]] Mixture mixture(int step) const;

  Stretch columns_, rows_;
  Way way_ = Way::mixture;
  double area_ = 1;
  // Source values of a box; with halves counted as three, of half a value each.
  int box_rows_ = 1;
  int box_columns_ = 1;
  // The mixture's; they keep their memory while another way is taken.
  Axis across_, down_;
  std::vector<float> mixed_, weights_;
  // The source rows in work, and their sums.
  std::vector<const std::uint8_t*> taken_;
  std::vector<std::uint16_t> sums_, more_sums_;
};

}  // namespace vigia::detect
