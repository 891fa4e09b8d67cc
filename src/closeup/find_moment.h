// Finds the picture of the main stream that shows the same moment as one of the small stream.
//
//   FindMoment find(sketch_of(small), expected);
//   ... for each picture of the main stream, in order: find.look(frame);
//   if (find.same_view()) use(*find.best());
//
// Where something moves, the picture that is most like the small one is of the same moment: the likeness has
// a peak there. Where nothing moves all are alike, and the one at the expected time is taken: it shows the
// same. Threads: one thread at a time. Holds two frames at most.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "closeup/picture_sketch.h"
#include "domain/frame.h"

namespace vigia::closeup {

class FindMoment {
 public:
  // Below this likeness two pictures show different views: measured between 0.97 and 1.00 for two streams of
  // one camera, also stretched, and 0.7 at most where one of them shows a quarter less.
  static constexpr double kSameView = 0.9;

  // expected: when the main stream's picture should have been captured.
  FindMoment(const PictureSketch& small, UtcTime expected) : small_(small), expected_(expected) {}

  void look(const domain::Frame& frame);

  // The picture of that moment; nothing: there was none at all.
  [[nodiscard]] const std::optional<domain::Frame>& best() const noexcept {
    return is_distinct() ? likest_ : nearest_;
  }
  // It shows the same view as the small one.
  [[nodiscard]] bool same_view() const noexcept { return best().has_value() && likeness_ >= kSameView; }
  [[nodiscard]] double best_likeness() const noexcept { return likeness_; }
  // The most like one is neither the first nor the last: what lies beyond them is less like.
  [[nodiscard]] bool is_inside() const noexcept {
    return likest_at_ > 0 && likest_at_ + 1 < likenesses_.size();
  }
  // The likeness has a clear peak, so best() is known by what it shows.
  [[nodiscard]] bool is_distinct() const noexcept;

 private:
  const PictureSketch small_;
  const UtcTime expected_;
  std::vector<double> likenesses_;
  std::optional<domain::Frame> likest_, nearest_;
  double likeness_ = -1;
  std::size_t likest_at_ = 0;
};

}  // namespace vigia::closeup
