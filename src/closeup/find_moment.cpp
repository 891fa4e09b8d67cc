#include "closeup/find_moment.h"

#include <algorithm>
#include <cmath>

namespace vigia::closeup {
namespace {

constexpr std::size_t kFewest = 5;  // pictures among which a peak can be told
// A peak: the usual picture is less like by this factor than the best one, and by more than coding noise.
constexpr double kPeak = 1.6;
constexpr double kNoise = 0.0005;

Nanoseconds distance(UtcTime a, UtcTime b) {
  return a < b ? b - a : a - b;
}

}  // namespace

void FindMoment::look(const domain::Frame& frame) {
  const double like = likeness(small_, sketch_of(frame));
  likenesses_.push_back(like);
  if (like > likeness_) {
    likeness_ = like;
    likest_ = frame;
    likest_at_ = likenesses_.size() - 1;
  }
  if (!nearest_ || distance(frame.captured, expected_) < distance(nearest_->captured, expected_)) {
    nearest_ = frame;
  }
}

bool FindMoment::is_distinct() const noexcept {
  if (likenesses_.size() < kFewest) return false;
  std::vector<double> sorted = likenesses_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  const double usual = 1 - *middle, best = 1 - likeness_;
  return usual > kPeak * best && usual - best > kNoise;
}

}  // namespace vigia::closeup
