// How good a face is for recognition, and whether the user's filters let it pass.
//
// Its parts, 0..1 each, are in face_parts.h. Two numbers come of them:
//   total  1 / (1 + e^-z), z a weighted sum of all parts but size (frontality counts up to 0.65): the
//          probability that a person calls the face usable (both eyes visible, turned less than about 45
//          degrees, sharp, not cut by the picture's edge).
//   rank   min(2 total, 1) x size x (0.6 + 0.4 frontality) x (0.6 + 0.4 sharpness) x (0.8 + 0.2 exposure):
//          prefers, of two usable faces, the one with more pixels between the eyes, unless it is turned
//          away or blurred.
// The weights are in grade.cpp; tools/quality says how they were fitted, and to which labels. For a face
// without landmarks the parts that depend on them count as for a usual face, and other weights apply, as its
// score says less.
//
// Cost of a face: its luma is read once; of a large face only evenly spaced rows and columns are read, which
// bounds the cost. No allocation. Threads: a value without state; may be called from any number of threads.
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
  [[nodiscard]] const ShotOptions& options() const noexcept { return options_; }

  // The first filter that refuses is the reason, in the order too_small, too_large, outside_roi,
  // low_quality.
  [[nodiscard]] domain::Sighting grade(const domain::Detection& detection, const domain::Frame& frame) const;
  // Grades all detections of a frame. Those below min_score become weak; they never become a best shot, so
  // their quality is not measured. Clears `out` first.
  void grade_all(std::span<const domain::Detection> detections, const domain::Frame& frame, float min_score,
                 std::vector<domain::Sighting>& out) const;

 private:
  ShotOptions options_;
};

// For tests and tools.
[[nodiscard]] domain::FaceQuality measure_quality(const domain::Detection& detection,
                                                  const domain::Frame& frame);

}  // namespace vigia::shot
