// Counts which faces two detectors found in the same frames: for quality_bench.cpp.
// Threads: owner thread only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/boxes.h"
#include "domain/detection.h"

namespace vigia::detect {

using Faces = std::vector<domain::Detection>;

inline constexpr float kSameFace = 0.5F;  // intersection over union
inline constexpr float kSameAsLabel = 0.3F;
inline constexpr float kSure = 0.7F;

// The faces that one way found, over many frames, compared with those of the reference.
struct Tally {
  int both = 0, only_ours = 0, only_theirs = 0;
  int missed_sure = 0;  // of only_theirs: with a score of at least kSure
  double overlaps = 0;
  double score_difference = 0;  // the largest
  int labels = 0, labels_found = 0;

  // Both: the surest first.
  void add(const Faces& ours, const Faces& theirs) {
    std::vector<bool> taken(ours.size());
    for (const domain::Detection& face : theirs) {
      std::size_t best = ours.size();
      float most = kSameFace;
      for (std::size_t i = 0; i < ours.size(); ++i) {
        const float shared = taken[i] ? 0 : overlap(face.box, ours[i].box);
        if (shared >= most) std::tie(most, best) = std::pair{shared, i};
      }
      if (best == ours.size()) {
        ++only_theirs;
        if (face.score >= kSure) ++missed_sure;
        continue;
      }
      taken[best] = true;
      ++both;
      overlaps += static_cast<double>(most);
      score_difference =
          std::max(score_difference, std::abs(static_cast<double>(face.score - ours[best].score)));
    }
    only_ours += static_cast<int>(std::ranges::count(taken, false));
  }
  void add_labels(const Faces& found, const std::vector<domain::Box>& marked) {
    for (const domain::Box& mark : marked) {
      ++labels;
      labels_found += static_cast<int>(std::ranges::any_of(
          found, [&](const auto& face) { return overlap(mark, face.box) > kSameAsLabel; }));
    }
  }
};

}  // namespace vigia::detect
