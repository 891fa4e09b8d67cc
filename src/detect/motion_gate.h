// Decides from the luma plane whether a frame needs detection, for scenes that are empty most of the time.
//
//   MotionGate gate(options.imotion_threshold);
//   if (gate.moved(frame, rot)) detector.detect(frame, rot, found);
//
// The region is cut into cells of 16x16 pixels (larger ones in pictures of more than 1280, 80 along the
// longer side). A cell has changed when the mean of its luma moved by more than kMotionLevels since the last
// frame that counted as moved: not since the last frame, so that slow changes add up. The noise of single
// pixels averages out in a cell. A change of the whole picture's brightness, as from a camera's exposure or
// flickering lamps, is subtracted first: the median of the cells' changes, up to kMotionShift. No face covers
// half of the picture, so none is subtracted with it. A larger jump, such as a lamp switched on, counts as
// motion.
// threshold: the fraction of the cells that must have changed, 0..1; but never more cells than the smallest
// wanted face wholly covers at any position, and never more than one if it covers none (in 1080p and 4K cells
// are larger, and faces are not). So such a face is always seen: raising the threshold beyond that point
// skips no further frames. 0: off, every frame counts as moved and costs nothing.
//
// These frames count as moved too: the first one, one of another size or region, one that cannot be judged
// (no luma, or the region lies outside the picture), every frame for kMotionHold after motion, so that a face
// missed in one frame gets another chance, and the first frame kMotionRest after the last that counted. So
// nothing stays unseen for longer than kMotionRest of stream time.
//
// When not: while a track is open; tracks need every frame.
// Cost: below 0.1 ms for 720p (bench/detector_bench). Nothing allocates but at a change of size.
// Threads: owner thread only, one gate a camera.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "detect/sum_kernels.h"
#include "domain/frame.h"
#include "domain/geometry.h"

namespace vigia::detect {

inline constexpr int kMotionLevels = 3;  // of 255
inline constexpr int kMotionShift = 16;
inline constexpr Nanoseconds kMotionHold = std::chrono::seconds(1);
inline constexpr Nanoseconds kMotionRest = std::chrono::seconds(5);

class MotionGate {
 public:
  // least_face: the shorter side of the smallest wanted face, in pixels of the frame.
  explicit MotionGate(double threshold, int least_face = 60)
      : threshold_(threshold), least_face_(least_face) {}

  bool moved(const domain::Frame& frame, const domain::Region& rot);

 private:
  void lay_grid(domain::Size frame, const domain::Region& region);
  void measure(const domain::Plane& luma);
  [[nodiscard]] int common_shift();
  [[nodiscard]] bool cells_moved();

  const double threshold_;
  const int least_face_;
  double needed_ = 1;  // cells that must have changed
  // The grid, and the frame and region that it was made for.
  domain::Size frame_;
  domain::Region region_;
  std::vector<int> columns_, rows_;  // where cells begin, and the end
  // Means of the cells, row by row, in sixteenths of a level: of this frame, and of the last that counted.
  std::vector<std::int16_t> now_, then_;
  std::vector<std::uint16_t> sums_;      // of one row of cells, by column of pixels
  std::vector<std::uint16_t> by_shift_;  // how many cells changed by so many levels
  Nanoseconds counted_at_{0};            // the last frame that counted
  Nanoseconds hold_until_{0};
};

}  // namespace vigia::detect
