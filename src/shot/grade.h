// How good a face is for recognition, and whether the user's filters let it pass.
//
// Its parts, 0..1 each, are in face_parts.h. Two numbers come of them:
//   total  1 / (1 + e^-z), z a weighted sum of all parts but size (of frontality, what there is up to 0.65):
//   as likely as that a person who looks at the face
//          says "usable" (both eyes seen, turned less than about 45 degrees, sharp, not cut by the picture's
//          edge).
//   rank   min(2 total, 1) x size x (0.6 + 0.4 frontality) x (0.6 + 0.4 sharpness) x (0.8 + 0.2 exposure): of
//   two
//          usable faces of a person the one with more pixels between the eyes, unless it is turned away or
//          blurred.
// The weights are in grade.cpp; tools/quality tells how they were fitted, and to what.
// A face without landmarks: what they would tell counts as for a usual face, and the weights
// are others, as its score says less.
//
// Cost of a face: its luma is read once; of a large one evenly chosen rows and columns, so that the cost has
// a bound. No allocation. Threads: a value without state; may be called from any number of threads.
#pragma once

#include <span>
#include <vector>

#include "domain/detection.h"
#include "domain/face_quality.h"
#include "domain/frame.h"
#include "domain/sighting.h"
#include "shot/shot_options.h"

namespace vigia::shot {

class Grader {
 public:
  explicit Grader(const ShotOptions& options) : options_(options) {}

  // The first filter that refuses is the reason, in the order too_small, too_large, outside_roi,
  // low_quality.
  [[nodiscard]] domain::Sighting grade(const domain::Detection& detection, const domain::Frame& frame) const;
  // All of a frame. Those below min_score are weak and never become a best shot: their quality is not measured.
  // Clears `out` first.
  void grade_all(std::span<const domain::Detection> detections, const domain::Frame& frame, float min_score,
                 std::vector<domain::Sighting>& out) const;

 private:
  ShotOptions options_;
};

// For tests and tools.
[[nodiscard]] domain::FaceQuality measure_quality(const domain::Detection& detection,
                                                  const domain::Frame& frame);

}  // namespace vigia::shot
