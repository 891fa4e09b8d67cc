// Weighted means of a plane's bytes by any weights, and colours: the floating half of sum_kernels.h.
//
// Guarantee: every instruction set gives the same bits. Floats are multiplied and added one after the other
// in the order stated here, never fused (the file is compiled with -ffp-contract=off). Nothing allocates.
// Reading and writing: as sum_kernels.h. Threads: thread-safe.
#pragma once

#include <cstddef>

#include "detect/sum_kernels.h"

namespace vigia::detect {

// Output rows that mix_rows() and mix_columns() produce at a time: between the two their values are
// interleaved, so that one load serves all of them.
inline constexpr int kMixedRows = 4;

// For kMixedRows outputs at once: to[kMixedRows * i + k] = sum over `tap` of rows[taps * k + tap][i] *
// weights[taps * k + tap], from the first tap to the last.
void mix_rows(Rows rows, const float* weights, std::size_t values, float* to);

// Which values of a mixed row make each output, and by how much.
struct Mixture {
  const int* first;      // by output, in values
  const float* weights;  // `taps` for each output
  int taps;
  int step;  // from one value to the next: 2 where two colours are interleaved
};
// to[pitch * k + i] = sum over `tap` of from[kMixedRows * (first[i] + tap) * step + k] * weights[taps * i
// + tap], from the first tap to the last. REQUIRES: `first` and `weights` have a multiple of 4 outputs.
void mix_columns(const float* from, const Mixture& mixture, std::size_t outputs, float* to,
                 std::size_t pitch);

// blue = y Y + (bu U + b), green = y Y + ((gu U + gv V) + g), red = y Y + (rv V + r), cut to 0..255.
struct ColourFactors {
  float y, bu, gu, gv, rv;
  float b, g, r;
};
struct YuvRow {
  const float *y, *u, *v;
};
struct BgrRow {
  float *blue, *green, *red;
};
void to_colours(const ColourFactors& factors, const YuvRow& from, std::size_t values, const BgrRow& to);

}  // namespace vigia::detect
