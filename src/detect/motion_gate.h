// Decides from the luma plane whether a frame needs detection, and where: for scenes that are empty most of
// the time, or in most of their places.
//
//   MotionGate gate(options.imotion_threshold);
//   if (auto view = gate.where(frame, {rot, least_face}, followed)) detector.detect(frame, *view, found);
//
// The region is cut into cells of 16x16 pixels (larger ones in pictures of more than 1280, 80 along the
// longer side). A cell has changed when the mean of its luma moved by more than kMotionLevels since it was
// last looked at: not since the last frame, so that slow changes add up. The noise of single pixels averages
// out in a cell. A change of the whole picture's brightness, as from a camera's exposure or flickering lamps,
// is subtracted first: the median of the cells' changes, up to kMotionShift. No face covers half of the
// picture, so none is subtracted with it. A larger jump, such as a lamp switched on, counts as motion.
// threshold: the fraction of the cells that must have changed, 0..1; but never more cells than the smallest
// wanted face wholly covers at any position, and never more than one if it covers none (in 1080p and 4K cells
// are larger, and faces are not). So such a face is always seen: raising the threshold beyond that point
// skips no further frames. 0: off, every frame is looked at in whole, and costs nothing.
//
// Whether: a frame is looked at while a face is followed; at motion, and for kMotionHold after it, so that a
// face missed in one frame gets another chance; and kMotionRest after the last look. So nothing stays unseen
// for longer than kMotionRest of stream time.
//
// Where: a part that holds the cells that changed in the last kMotionHold, all followed faces with half of
// their size around them, and a margin of the smallest wanted face. The whole region is looked at in the
// first frame, in one of another size or region or from an earlier time, in one that cannot be judged (no
// luma, or the region lies outside the picture), and kMotionWhole after the last such look: what a part did
// not show is seen then.
//
// Cost: below 0.1 ms for 720p (bench/detector_bench). Nothing allocates but at a change of size.
// Threads: owner thread only, one gate a camera.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "detect/detector.h"
#include "domain/frame.h"
#include "domain/geometry.h"

namespace vigia::detect {

inline constexpr int kMotionLevels = 3;  // of 255
inline constexpr int kMotionShift = 16;
inline constexpr Nanoseconds kMotionHold = std::chrono::seconds(1);
inline constexpr Nanoseconds kMotionRest = std::chrono::seconds(5);
inline constexpr Nanoseconds kMotionWhole = std::chrono::seconds(1);

class MotionGate {
 public:
  explicit MotionGate(double threshold) : threshold_(threshold) {}

  // What to look at: `view`, or a part of it (SearchArea::close). Nothing: the frame needs no look.
  // followed: where faces were seen last that must not be missed.
  std::optional<SearchArea> where(const domain::Frame& frame, SearchArea view,
                                  std::span<const domain::Box> followed);

 private:
  // Cells, from and until, by row and column.
  struct Cells {
    int left, top, right, bottom;
  };

  void lay_grid(domain::Size frame, const domain::Region& region);
  [[nodiscard]] double needed(int least_face) const;
  void measure(const domain::Plane& luma);
  [[nodiscard]] int common_shift();
  [[nodiscard]] bool note_motion(int least_face, Nanoseconds now);
  [[nodiscard]] domain::Region part(std::span<const domain::Box> followed, int margin, Nanoseconds now) const;
  [[nodiscard]] std::optional<Cells> moved_cells(Nanoseconds now) const;
  void note_look(const domain::Region& at);

  const double threshold_;
  // The grid, and the frame and region that it was made for.
  domain::Size frame_;
  domain::Region region_;
  std::vector<int> columns_, rows_;  // where cells begin, and the end
  // Means of the cells, row by row, in sixteenths of a level: of this frame, and when each was last looked
  // at.
  std::vector<std::int16_t> now_, then_;
  std::vector<Nanoseconds> changed_;        // when motion was last seen in a cell
  std::vector<std::uint16_t> sums_;         // of one row of cells, by column of pixels
  std::vector<std::uint16_t> by_shift_;     // how many cells changed by so many levels
  Nanoseconds looked_at_{0}, whole_at_{0};  // the last look at anything, and at everything
  Nanoseconds moved_at_{0};                 // the last motion
};

}  // namespace vigia::detect
