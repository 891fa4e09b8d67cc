#include "shot/grade.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vigia::shot {
namespace {

using domain::Box;
using domain::ColorRange;
using domain::Detection;
using domain::FaceQuality;
using domain::Frame;
using domain::Reason;

constexpr float kConfidenceWeight = 3, kSizeWeight = 4, kFrontalityWeight = 6, kProportionWeight = 1,
                kSharpnessWeight = 1;
constexpr float kFullSizeShare = 0.3F;    // of the frame: larger faces are no better
constexpr float kIdealProportion = 1.3F;  // height / width
constexpr float kSharpVariance = 500;
constexpr float kLimitedToFull = 255.0F / 219.0F;

// Sums over one row: 16-bit terms in blocks whose squares (at most 1020^2) cannot overflow 32 bits.
struct Sums {
  std::int64_t sum = 0;
  std::uint64_t squares = 0;
};

void add_row(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below, int width,
             Sums& sums) {
  constexpr int kBlock = 2048;
  for (int begin = 0; begin < width; begin += kBlock) {
    const int end = std::min(begin + kBlock, width);
    std::int32_t sum = 0;
    std::uint32_t squares = 0;
    for (int x = begin; x < end; ++x) {
      const int laplacian = above[x] + below[x] + row[x - 1] + row[x + 1] - 4 * row[x];
      sum += laplacian;
      squares += static_cast<std::uint32_t>(laplacian * laplacian);
    }
    sums.sum += sum;
    sums.squares += squares;
  }
}

float clamp01(float value) {
  return std::clamp(value, 0.0F, 1.0F);
}

}  // namespace

float laplacian_variance(const Box& box, const Frame& frame) {
  // The frame's own pixels around the face serve as its border; the frame's outermost have none.
  const auto inside = [](float value, int size) {
    return value > 0 ? static_cast<int>(std::min(value, static_cast<float>(size))) : 0;  // 0 for NaN
  };
  const int left = std::max(inside(std::floor(box.left), frame.size.width), 1);
  const int top = std::max(inside(std::floor(box.top), frame.size.height), 1);
  const int right = std::min(inside(std::ceil(box.right()), frame.size.width), frame.size.width - 1);
  const int bottom = std::min(inside(std::ceil(box.bottom()), frame.size.height), frame.size.height - 1);
  const int width = right - left;
  const int height = bottom - top;
  if (width < 3 || height < 3) return 0;

  const int rows = std::clamp(kSharpnessPixels / width, 1, height);
  const auto& luma = frame.planes[0];
  Sums sums;
  for (int i = 0; i < rows; ++i) {
    const int y = top + static_cast<int>(static_cast<std::int64_t>(i) * height / rows);
    const std::uint8_t* row = luma.data + static_cast<std::ptrdiff_t>(y) * luma.stride + left;
    add_row(row - luma.stride, row, row + luma.stride, width, sums);
  }
  const double count = static_cast<double>(rows) * width;
  const double mean = static_cast<double>(sums.sum) / count;
  const double variance = static_cast<double>(sums.squares) / count - mean * mean;
  const float scale = frame.range == ColorRange::limited ? kLimitedToFull * kLimitedToFull : 1.0F;
  return static_cast<float>(variance) * scale;
}

float frontality(const domain::Landmarks& landmarks) {
  const float right_eye = distance(landmarks.nose, landmarks.right_eye);
  const float left_eye = distance(landmarks.nose, landmarks.left_eye);
  const float mouth_right = distance(landmarks.nose, landmarks.mouth_right);
  const float mouth_left = distance(landmarks.nose, landmarks.mouth_left);
  const float mean = (right_eye + left_eye + mouth_right + mouth_left) / 4;
  if (!(mean > 0)) return 0;
  return clamp01(1 - (std::abs(right_eye - left_eye) + std::abs(mouth_right - mouth_left)) / (2 * mean));
}

FaceQuality measure_quality(const Detection& detection, const Frame& frame) {
  const Box& box = detection.box;
  const float frame_area = static_cast<float>(frame.size.width) * static_cast<float>(frame.size.height);
  FaceQuality quality;
  quality.confidence = clamp01(detection.score);
  quality.size = clamp01(box.area() / (kFullSizeShare * frame_area));
  quality.frontality = detection.landmarks ? frontality(*detection.landmarks) : 1.0F;
  quality.proportion =
      box.width > 0 ? clamp01(1 - std::abs(box.height / box.width - kIdealProportion)) : 0.0F;
  quality.sharpness = clamp01(laplacian_variance(box, frame) / kSharpVariance);
  quality.total =
      (kConfidenceWeight * quality.confidence + kSizeWeight * quality.size +
       kFrontalityWeight * quality.frontality + kProportionWeight * quality.proportion +
       kSharpnessWeight * quality.sharpness) /
      (kConfidenceWeight + kSizeWeight + kFrontalityWeight + kProportionWeight + kSharpnessWeight);
  quality.rank = quality.total;
  return quality;
}

domain::Sighting Grader::grade(const Detection& detection, const Frame& frame) const {
  domain::Sighting sighting{detection, measure_quality(detection, frame), std::nullopt};
  const Box& box = detection.box;
  if (!(std::min(box.width, box.height) >= static_cast<float>(options_.filter_min_size))) {  // or NaN
    sighting.rejected = Reason::too_small;
  } else if (std::max(box.width, box.height) > static_cast<float>(options_.filter_max_size)) {
    sighting.rejected = Reason::too_large;
  } else if (!options_.roi.contains(box)) {
    sighting.rejected = Reason::outside_roi;
  } else if (!(sighting.quality.total >= static_cast<float>(options_.filter_min_quality))) {
    sighting.rejected = Reason::low_quality;
  }
  return sighting;
}

}  // namespace vigia::shot
