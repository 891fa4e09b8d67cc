// Decodes the network's heads to faces, in pixels of the network's input.
//
// score = sqrt(sigmoid(cls) sigmoid(obj)); centre = (column + dx, row + dy) stride; size = (exp dw, exp dh)
// stride; landmark = (column + x, row + y) stride. Source: the training repository, ShiqiYu/libfacedetection.
// Cost: two comparisons for each cell; the rest for candidates only. Threads: all functions are pure.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "detect/yunet_weights.h"
#include "domain/detection.h"
#include "domain/geometry.h"

namespace vigia::detect {

using YunetHeads = std::array<std::span<const float>, kYunetLevels>;

// Appends every cell of at least min_score (0..1) to `found`, several for each face. Cells with numbers that
// are not finite are skipped.
void decode_yunet(const YunetHeads& heads, domain::Size input, double min_score,
                  std::vector<domain::Detection>& found);

// Of boxes that overlap by more than `overlap` (intersection over union) keeps the one with the highest
// score. Sorts `found` by score, highest first. Considers only the 5000 best, which bounds its time.
void suppress_overlapping(std::vector<domain::Detection>& found, float overlap);

inline constexpr float kOverlapMax = 0.3F;  // the network's authors'

}  // namespace vigia::detect
