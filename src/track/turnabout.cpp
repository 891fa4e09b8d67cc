#include "track/turnabout.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Point;

// Face sizes a second, from one moment to a later one. A face that the picture's edge cuts moves on one side
// only: the side that moved farther counts.
Point velocity(const Turnabout::Moment& from, const Turnabout::Moment& to) {
  const float size = (mean_side(from.box) + mean_side(to.box)) / 2;
  const auto seconds = static_cast<float>(to_seconds(to.time - from.time));
  const auto farther = [](float one, float other) { return std::abs(one) > std::abs(other) ? one : other; };
  const float x = farther(to.box.left - from.box.left, to.box.right() - from.box.right());
  const float y = farther(to.box.top - from.box.top, to.box.bottom() - from.box.bottom());
  return {x / size / seconds, y / size / seconds};
}

float along(Point velocity, Point direction) {
  return velocity.x * direction.x + velocity.y * direction.y;
}

}  // namespace

std::optional<Turnabout::Turn> Turnabout::note(const Moment& now) noexcept {
  if (count_ > 0 && now.time - ago(0).time < kApart) return std::nullopt;
  moments_[next_] = now;
  next_ = (next_ + 1) % kMoments;
  count_ = std::min(count_ + 1, kMoments);
  const auto first_after = earlier(0, kAfter);
  if (!first_after || !turned(*first_after)) return std::nullopt;
  return Turn{ago(*first_after + 1), ago(*first_after)};
}

std::optional<std::size_t> Turnabout::earlier(std::size_t from, Nanoseconds time) const noexcept {
  for (std::size_t steps = from + 1; steps < count_; ++steps) {
    if (ago(from).time - ago(steps).time >= time) return steps;
  }
  return std::nullopt;
}

bool Turnabout::turned(std::size_t after) const noexcept {
  const std::size_t before = after + 1;
  if (before >= count_ || ago(after).time - ago(before).time > kTurn) return false;
  const auto start = earlier(before, kBefore);
  if (!start || *start < before + 2 || after < 2) return false;
  const Point out = velocity(ago(*start), ago(before));
  const float speed = std::hypot(out.x, out.y);
  const auto seconds = static_cast<float>(to_seconds(ago(before).time - ago(*start).time));
  if (!(speed * seconds >= kLeastWay)) return false;  // also for invalid boxes
  const Point direction{out.x / speed, out.y / speed};
  const std::size_t half_way = (*start + before) / 2, half_back = after / 2;
  const auto walks = [&](float far_from_turn, float beside_turn) {
    return far_from_turn >= kWalks && beside_turn >= std::max(kWalks, kSlower * far_from_turn);
  };
  return walks(along(velocity(ago(*start), ago(half_way)), direction),
               along(velocity(ago(half_way), ago(before)), direction)) &&
         walks(-along(velocity(ago(half_back), ago(0)), direction),
               -along(velocity(ago(after), ago(half_back)), direction));
}

}  // namespace vigia::track
