// What finds faces in a frame.
//
//   std::vector<domain::Detection> found;
//   if (Status status = detector.detect(frame, rot, found); !status) count_and_log(status.error());
//
// Threads: owner thread only; one instance for each worker. Uses no other thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/detection.h"
#include "domain/frame.h"

namespace vigia::detect {

class Detector {
 public:
  virtual ~Detector() = default;

  // Clears `found`, then fills it with the faces of at least detector.min_detection_score, the surest
  // first, in the frame's pixels. `rot`: looks only inside this part of the picture (clipped to it; empty:
  // everywhere). Boxes lie inside the part looked at; landmarks may lie outside.
  // Errors: invalid (a frame without planes or of no size), unavailable (the library failed); the detector
  // can be used again after either.
  virtual Status detect(const domain::Frame& frame, const domain::Region& rot,
                        std::vector<domain::Detection>& found) = 0;

  // For people and summaries: "yunet_n 640x384 f32", "cascade haarcascade_frontalface_alt2".
  [[nodiscard]] virtual std::string name() const = 0;

  // What the last detect() took: prepare, the small picture; infer, all the rest.
  struct Times {
    Nanoseconds prepare{0}, infer{0};
  };
  [[nodiscard]] const Times& times() const noexcept { return times_; }

 protected:
  Times times_;
};

}  // namespace vigia::detect
