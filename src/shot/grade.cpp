#include "shot/grade.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "shot/face_parts.h"
#include "shot/face_patch.h"

namespace vigia::shot {
namespace {

using domain::Box;
using domain::Detection;
using domain::FaceQuality;
using domain::Frame;
using domain::Reason;

constexpr float kFullEyeDistance = 120;  // pixels: more bring nothing
constexpr float kEyesOfWidth = 0.38F;    // of the box of a face without landmarks

// Printed by tools/quality/fit.py; its README has the command and the labels.
struct Weights {
  float constant, confidence, frontality, level, proportion, eyes, sharpness, exposure, inside;
};
constexpr Weights kWithLandmarks{.constant = -66.50F,
                                 .confidence = 26.44F,
                                 .frontality = 32.49F,
                                 .level = 1.49F,
                                 .proportion = 0,
                                 .eyes = 1.91F,
                                 .sharpness = 8.65F,
                                 .exposure = 4.93F,
                                 .inside = 11.20F};
constexpr float kFrontalEnough = 0.65F;  // 31 degrees: a smaller turn makes a face no more usable
// Not fitted: detectors without landmarks find clear frontal faces, which are nearly all usable. The weights
// of the picture's parts are the same; the score, which has another range, counts little: a face with the
// least score, 0.6, and all other parts perfect has 0.73.
constexpr Weights kWithoutLandmarks{.constant = -27.38F,
                                    .confidence = 6,
                                    .frontality = 0,
                                    .level = 0,
                                    .proportion = 0,
                                    .eyes = 0,
                                    .sharpness = 8.65F,
                                    .exposure = 4.93F,
                                    .inside = 11.20F};

float clamp01(float value) {
  return value > 0 ? std::min(value, 1.0F) : 0.0F;  // 0 for NaN
}

float total_of(const FaceQuality& part, const Weights& weights) {
  const float sum = weights.constant + weights.confidence * part.confidence +
                    weights.frontality * std::min(part.frontality, kFrontalEnough) +
                    weights.level * part.level + weights.proportion * part.proportion +
                    weights.eyes * part.eyes + weights.sharpness * part.sharpness +
                    weights.exposure * part.exposure + weights.inside * part.inside;
  return 1 / (1 + std::exp(-sum));
}

float rank_of(const FaceQuality& part) {
  return std::min(2 * part.total, 1.0F) * part.size * (0.6F + 0.4F * part.frontality) *
         (0.6F + 0.4F * part.sharpness) * (0.8F + 0.2F * part.exposure);
}

}  // namespace

FaceQuality measure_quality(const Detection& detection, const Frame& frame) {
  const Box& box = detection.box;
  FaceQuality quality;
  quality.confidence = clamp01(detection.score);
  quality.inside = inside(box, frame.size);
  float eye_distance = kEyesOfWidth * box.width;
  FacePatch patch;
  if (const bool seen = patch.read(box, frame); seen) {
    const PatchFigures figures = measure(patch);
    quality.sharpness = sharpness(figures);
    quality.exposure = exposure(figures);
    if (detection.landmarks) quality.eyes = dark_eyes(*detection.landmarks, patch, figures);
  }
  if (detection.landmarks) {
    eye_distance = distance(detection.landmarks->right_eye, detection.landmarks->left_eye);
    quality.frontality = frontality(*detection.landmarks);
    quality.level = level(*detection.landmarks);
    quality.proportion = proportion(*detection.landmarks);
  } else {  // nothing speaks against it
    quality.frontality = quality.level = quality.proportion = quality.eyes = 1;
  }
  quality.size = clamp01(eye_distance / kFullEyeDistance);
  quality.total = total_of(quality, detection.landmarks ? kWithLandmarks : kWithoutLandmarks);
  quality.rank = rank_of(quality);
  return quality;
}

domain::Sighting Grader::grade(const Detection& detection, const Frame& frame) const {
  domain::Sighting sighting{detection, measure_quality(detection, frame), std::nullopt};
  const Box& box = detection.box;
  if (!(std::min(box.width, box.height) >= static_cast<float>(options_.filter_min_size))) {  // or NaN
    sighting.rejected = Reason::too_small;
  } else if (std::max(box.width, box.height) > static_cast<float>(options_.filter_max_size)) {
    sighting.rejected = Reason::too_large;
  } else if (!options_.roi.in(frame.size).contains(box)) {
    sighting.rejected = Reason::outside_roi;
  } else if (!(sighting.quality.total >= static_cast<float>(options_.filter_min_quality))) {
    sighting.rejected = Reason::low_quality;
  }
  return sighting;
}

void Grader::grade_all(std::span<const Detection> detections, const domain::Frame& frame, float min_score,
                       std::vector<domain::Sighting>& out) const {
  out.clear();
  for (const Detection& detection : detections) {
    if (detection.score < min_score) {
      out.push_back({.detection = detection, .quality = {}, .rejected = std::nullopt, .weak = true});
    } else {
      out.push_back(grade(detection, frame));
    }
  }
}

}  // namespace vigia::shot
