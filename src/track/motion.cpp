#include "track/motion.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Box;
using domain::Point;

float side(const Box& box) {
  return (box.width + box.height) / 2;
}

// How much of a new value a mean over `memory` takes in, after `seconds`.
float share_of_new(float seconds, Nanoseconds memory) {
  return 1.0F - std::exp(-seconds / static_cast<float>(to_seconds(memory)));
}

}  // namespace

void Motion::Extent::move_towards(float target, float share) noexcept {
  value += share * (target - value);
  least = std::min(least, value);
  most = std::max(most, value);
}

Motion::Motion(const Box& box, Nanoseconds time)
    : last_(box),
      time_(time),
      x_{box.centre().x, box.centre().x, box.centre().x},
      y_{box.centre().y, box.centre().y, box.centre().y},
      width_{box.width, box.width, box.width},
      side_{side(box), side(box), side(box)} {}

void Motion::update(const Box& box, Nanoseconds time) {
  const auto seconds = static_cast<float>(to_seconds(time - time_));
  const Point centre = box.centre();
  if (seconds > 0) update_velocity(last_.centre(), centre, seconds);
  ++samples_;

  // The first few count alike, so that a short track is not held back by its first place.
  const float share = std::max(std::min(share_of_new(seconds, kPathMemory), 1.0F / kPathSamples),
                               1.0F / static_cast<float>(samples_));
  x_.move_towards(centre.x, share);
  y_.move_towards(centre.y, share);
  width_.move_towards(box.width, share);
  side_.move_towards(side(box), share);
  last_ = box;
  time_ = time;
}

void Motion::update_velocity(Point from, Point to, float seconds) noexcept {
  const float share = std::max(share_of_new(seconds, kVelocityMemory), 1.0F / static_cast<float>(samples_));
  velocity_.x += share * ((to.x - from.x) / seconds - velocity_.x);
  velocity_.y += share * ((to.y - from.y) / seconds - velocity_.y);
}

Box Motion::predict(Nanoseconds time) const noexcept {
  const auto seconds = static_cast<float>(to_seconds(std::clamp(time - time_, Nanoseconds::zero(), kCoast)));
  Box box = last_;
  box.left += velocity_.x * seconds;
  box.top += velocity_.y * seconds;
  return box;
}

float Motion::movement() const noexcept {
  const float width = (width_.least + width_.most) / 2;
  if (!(width > 0) || !(side_.least > 0)) return 0;
  const float reach = std::hypot(x_.reach(), y_.reach()) / width;
  const float growth = side_.most / side_.least - 1;
  return std::max(reach, growth);
}

}  // namespace vigia::track
