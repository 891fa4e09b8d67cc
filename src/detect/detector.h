// Finds faces in a frame.
//
//   std::vector<domain::Detection> found;
//   if (Status status = detector.detect(frame, {rot, filter_min_size}, found); !status)
//   count_and_log(status.error());
//
// Threads: owner thread only; one instance for each worker. Uses no other thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/detection.h"
#include "domain/frame.h"

namespace vigia::detect {

// Which part of a frame to search, and for how small faces.
struct SearchArea {
  SearchArea() = default;
  SearchArea(const domain::Region& part, int least = 0)
      : rot(part), least_face(least) {}  // NOLINT: a region is one

  domain::Region rot;  // search only this part of the picture (clipped to it); empty: everywhere
  int least_face = 0;  // smallest face needed: pixels, the shorter side; 0: as small as possible
  // Look only at this part of rot, and a little more, at the scale at which all of rot would be looked at:
  // the same faces are found there, for a part of the cost. Faces that the part cuts are left out. Empty: all
  // of rot.
  domain::Region close;
};

// Builds, off the frame path, what a detector lacks for the frames it has seen; see network_shelf.h. It may
// outlive the detector. Threads: one thread at a time, beside the detector's.
class DetectorSupply {
 public:
  virtual ~DetectorSupply() = default;
  // True: something was built, and the next such frame is looked at with it. It takes milliseconds.
  // Errors: no_memory (the budget refused it), unavailable; detect() goes on with what it has.
  virtual Result<bool> make_wanted() = 0;
};

// Whether a detector's memory must be had, even beyond the budget's marks, or may be refused.
enum class Claim { needed, refusable };

class Detector {
 public:
  virtual ~Detector() = default;

  // Clears `found`, then fills it with the faces of at least detector.min_detection_score, highest score
  // first, in the frame's pixels. Boxes lie inside the searched part; landmarks may lie outside. A detector
  // made for a range of inputs takes the smallest that finds faces of view.least_face.
  // Errors: invalid (a frame without planes or of no size), unavailable (the library failed); the detector
  // can be used again after either.
  virtual Status detect(const domain::Frame& frame, const SearchArea& view,
                        std::vector<domain::Detection>& found) = 0;

  // nullptr: this detector never lacks anything.
  [[nodiscard]] virtual std::shared_ptr<DetectorSupply> supply() const { return nullptr; }

  // For people and summaries: "yunet_n 640x384 f32".
  [[nodiscard]] virtual std::string name() const = 0;

  // Time of the last detect(): prepare for scaling the picture, infer for all the rest.
  struct Times {
    Nanoseconds prepare{0}, infer{0};
  };
  [[nodiscard]] const Times& times() const noexcept { return times_; }

 protected:
  Times times_;
};

// detect() for programs without housekeeping, such as benchmarks: whatever the detector lacks for this frame
// is built first, on this thread, so that the result does not depend on earlier frames. Errors: of either.
Status detect_fully(Detector& detector, const domain::Frame& frame, const SearchArea& view,
                    std::vector<domain::Detection>& found);

}  // namespace vigia::detect
