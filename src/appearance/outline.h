// Describes the outlines of a square grey patch: histograms of oriented gradients (Dalal and Triggs 2005).
//
// Cells of 8x8 pixels, 9 directions over half a turn, each gradient divided between the cells and the
// directions that it lies between; blocks of 2x2 cells, one cell apart, each normalised, cut at 0.2 and
// normalised again. Contrast and brightness do not matter; a shift by a pixel or two hardly does.
// Cost: 30 to 40 us. Threads: pure.
#pragma once

#include "appearance/patch.h"
#include "appearance/view.h"

namespace vigia::appearance {

inline constexpr int kOutlineSide = 64;

void describe_outline(const Patch<kOutlineSide>& grey, Outline& out) noexcept;

}  // namespace vigia::appearance
