// How good a face is for recognition, and whether the user's filters let it pass.
//
// Quality, 0..1, is the weighted mean of (formula and weights: the predecessor's, so that its users'
// thresholds keep their meaning)
//   confidence  3  the detector's score
//   size        4  min(face area / (0.3 x frame area), 1)
//   frontality  6  1 - (|r - l| + |mr - ml|) / (2 x mean of the four), where r, l, mr, ml are the
//                  nose's distances to the two eyes and the two corners of the mouth; 1 without landmarks
//   proportion  1  1 - |height / width - 1.3|, at least 0
//   sharpness   1  min(variance of the Laplacian of the grey face / 500, 1); grey is full-range luma
//
// Cost of a face: its luma is read once; of a face beyond kSharpnessPixels evenly chosen rows, so that
// the cost has a bound (measured: 4 us for 100x130, 13 us at the bound). No allocation.
// Threads: a value without state; may be called from any number of threads.
#pragma once

#include "domain/detection.h"
#include "domain/face_quality.h"
#include "domain/frame.h"
#include "domain/sighting.h"
#include "shot/shot_options.h"

namespace vigia::shot {

inline constexpr int kSharpnessPixels = 1 << 16;

class Grader {
 public:
  explicit Grader(const ShotOptions& options) : options_(options) {}

  // The first filter that refuses is the reason, in the order too_small, too_large, outside_roi,
  // low_quality.
  [[nodiscard]] domain::Sighting grade(const domain::Detection& detection, const domain::Frame& frame) const;

 private:
  ShotOptions options_;
};

// The parts, for tests and tools.
[[nodiscard]] domain::FaceQuality measure_quality(const domain::Detection& detection,
                                                  const domain::Frame& frame);
[[nodiscard]] float frontality(const domain::Landmarks& landmarks);
// Of the part of the box that lies inside the frame; 0 if that is smaller than 3x3.
[[nodiscard]] float laplacian_variance(const domain::Box& box, const domain::Frame& frame);

}  // namespace vigia::shot
