#include "track/movement_extent.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Box;
using domain::Point;

float side(const Box& box) {
  return (box.width + box.height) / 2;
}

}  // namespace

void MovementExtent::Extent::move_towards(float target, float share) noexcept {
  value += share * (target - value);
  least = std::min(least, value);
  most = std::max(most, value);
}

void MovementExtent::Extent::append(const Extent& later) noexcept {
  value = later.value;
  least = std::min(least, later.least);
  most = std::max(most, later.most);
}

MovementExtent::MovementExtent(const Box& box, Nanoseconds time)
    : time_(time),
      x_{box.centre().x, box.centre().x, box.centre().x},
      y_{box.centre().y, box.centre().y, box.centre().y},
      width_{box.width, box.width, box.width},
      side_{side(box), side(box), side(box)} {}

void MovementExtent::update(const Box& box, Nanoseconds time) {
  const auto seconds = static_cast<float>(to_seconds(time - time_));
  const float recent = 1.0F - std::exp(-seconds / static_cast<float>(to_seconds(kMemory)));
  ++samples_;
  // The first few have equal weight, so that its first place does not dominate a short track.
  const float share = std::max(std::min(recent, 1.0F / kSamples), 1.0F / static_cast<float>(samples_));
  const Point centre = box.centre();
  x_.move_towards(centre.x, share);
  y_.move_towards(centre.y, share);
  width_.move_towards(box.width, share);
  side_.move_towards(side(box), share);
  time_ = time;
}

void MovementExtent::append(const MovementExtent& later) {
  x_.append(later.x_);
  y_.append(later.y_);
  width_.append(later.width_);
  side_.append(later.side_);
  samples_ += later.samples_;
  time_ = later.time_;
}

float MovementExtent::movement() const noexcept {
  const float width = (width_.least + width_.most) / 2;
  if (!(width > 0) || !(side_.least > 0)) return 0;
  const float reach = std::hypot(x_.reach(), y_.reach()) / width;
  const float growth = side_.most / side_.least - 1;
  return std::max(reach, growth);
}

}  // namespace vigia::track
