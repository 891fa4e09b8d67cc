#include "track/turnabout.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Point;

// Face sizes from one box to a later one. A face that the picture's edge cuts moves on one side only: the
// side that moved farther counts.
Point way(const domain::Box& from, const domain::Box& to) {
  const float size = (mean_side(from) + mean_side(to)) / 2;
  const auto farther = [](float one, float other) { return std::abs(one) > std::abs(other) ? one : other; };
  return {farther(to.left - from.left, to.right() - from.right()) / size,
          farther(to.top - from.top, to.bottom() - from.bottom()) / size};
}

// A second.
Point velocity(const Turnabout::Moment& from, const Turnabout::Moment& to) {
  const auto seconds = static_cast<float>(to_seconds(to.time - from.time));
  const Point walked = way(from.box, to.box);
  return {walked.x / seconds, walked.y / seconds};
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

std::optional<Turnabout::Way> Turnabout::way_to(std::size_t end) const noexcept {
  const auto start = earlier(end, kBefore);
  if (!start || *start < end + 2) return std::nullopt;
  const Point walked = way(ago(*start).box, ago(end).box);
  const float length = std::hypot(walked.x, walked.y);
  if (!(length >= kLeastWay)) return std::nullopt;  // also for invalid boxes
  return Way{{walked.x / length, walked.y / length}, *start};
}

bool Turnabout::may_be_another(const domain::Box& box, Nanoseconds now) const noexcept {
  for (std::size_t end = 0; end < count_ && now - ago(end).time <= kTurn + kAfter; ++end) {
    const auto before = way_to(end);
    if (before && along(way(ago(end).box, box), before->direction) <= -kBack) return true;
  }
  return false;
}

bool Turnabout::turned(std::size_t after) const noexcept {
  const std::size_t before = after + 1;
  if (after < kFewestAfter || before >= count_ || ago(after).time - ago(before).time > kTurn) return false;
  const auto out = way_to(before);
  if (!out) return false;
  const std::size_t half_way = (out->start + before) / 2, half_back = after / 2;
  const auto walks = [](float far_from_turn, float beside_turn) {
    return far_from_turn >= kWalks && beside_turn >= std::max(kWalks, kSlower * far_from_turn);
  };
  return walks(along(velocity(ago(out->start), ago(half_way)), out->direction),
               along(velocity(ago(half_way), ago(before)), out->direction)) &&
         walks(-along(velocity(ago(half_back), ago(0)), out->direction),
               -along(velocity(ago(after), ago(half_back)), out->direction));
}

}  // namespace vigia::track
