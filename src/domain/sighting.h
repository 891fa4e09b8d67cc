// A detection with the result of the filters: one face in one frame, ready to join a track.
#pragma once

#include <optional>

#include "domain/detection.h"
#include "domain/face_quality.h"
#include "domain/face_reason.h"

namespace vigia::domain {

struct Sighting {
  Detection detection;
  FaceQuality quality;
  std::optional<Reason> rejected;  // none: good enough to be posted
  // The detector is less sure of it than min_detection_score: it may continue a track, and never begins one
  // nor becomes a best shot; quality and rejected say nothing of it.
  bool weak = false;
};

}  // namespace vigia::domain
