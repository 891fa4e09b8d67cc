#include "detect/yunet_decode.h"
#include "domain/boxes.h"

#include <algorithm>
#include <cmath>

namespace vigia::detect {
namespace {

constexpr std::size_t kCandidatesMax = 5000;

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// If cls or obj is below this logit the score is below min_score whatever the other is, as neither
// probability exceeds 1. Slightly lower than exact, so that rounding loses nothing.
float logit_bound(double min_score) {
  const double least = std::clamp(min_score * min_score, 1e-9, 1 - 1e-6);
  return static_cast<float>(std::log(least / (1 - least)) - 0.001);
}

// Left to right, as domain::Landmarks has them.
domain::Landmarks landmarks_of(const float* at, float column, float row, float stride) {
  const auto point = [&](int i) {
    return domain::Point{(column + at[2 * i]) * stride, (row + at[2 * i + 1]) * stride};
  };
  return {point(0), point(1), point(2), point(3), point(4)};
}

bool is_finite(const domain::Box& box) {
  return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.width) &&
         std::isfinite(box.height);
}

void decode_level(std::span<const float> heads, int stride, int columns, double min_score,
                  std::vector<domain::Detection>& found) {
  const float bound = logit_bound(min_score);
  const auto size = static_cast<float>(stride);
  for (std::size_t cell = 0; cell * YunetHead::kChannels < heads.size(); ++cell) {
    const float* at = heads.data() + cell * YunetHead::kChannels;
    // Written so that a NaN fails it.
    if (!(at[YunetHead::kFace] >= bound && at[YunetHead::kObject] >= bound)) continue;
    const double score = std::sqrt(sigmoid(at[YunetHead::kFace]) * sigmoid(at[YunetHead::kObject]));
    if (!(score >= min_score)) continue;
    const std::size_t whole_rows = cell / static_cast<std::size_t>(columns);
    const auto row = static_cast<float>(whole_rows);
    const auto column = static_cast<float>(cell % static_cast<std::size_t>(columns));
    const float* box = at + YunetHead::kBox;
    const float width = std::exp(box[2]) * size;
    const float height = std::exp(box[3]) * size;
    domain::Detection face;
    face.box = {(column + box[0]) * size - width / 2, (row + box[1]) * size - height / 2, width, height};
    face.score = static_cast<float>(score);
    const float* marks = at + YunetHead::kLandmarks;
    if (!is_finite(face.box) || !std::all_of(marks, marks + 10, [](float x) { return std::isfinite(x); }))
      continue;
    face.landmarks = landmarks_of(marks, column, row, size);
    found.push_back(face);
  }
}

}  // namespace

void decode_yunet(const YunetHeads& heads, domain::Size input, double min_score,
                  std::vector<domain::Detection>& found) {
  for (std::size_t level = 0; level < kYunetLevels; ++level) {
    decode_level(heads[level], kYunetStrides[level], input.width / kYunetStrides[level], min_score, found);
  }
}

void suppress_overlapping(std::vector<domain::Detection>& found, float overlap) {
  std::ranges::stable_sort(found, std::ranges::greater{}, &domain::Detection::score);
  if (found.size() > kCandidatesMax) found.resize(kCandidatesMax);
  std::size_t kept = 0;
  for (const domain::Detection& candidate : found) {
    const bool repeats = std::any_of(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept),
                                     [&](const domain::Detection& better) {
                                       return domain::overlap(candidate.box, better.box) > overlap;
                                     });
    if (!repeats) found[kept++] = candidate;
  }
  found.resize(kept);
}

}  // namespace vigia::detect
