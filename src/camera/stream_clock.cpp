#include "camera/stream_clock.h"

#include <algorithm>

namespace vigia::camera {
namespace {

constexpr int kSmoothing = 8;

}  // namespace

StreamClock::Reading StreamClock::read(const Picture& picture) noexcept {
  if (begins_) return first(picture);
  const Nanoseconds by_arrival = arrivals_.step(picture.came);
  last_came_ = std::max(last_came_, picture.came);
  const Step step = step_by_stamp(picture, by_arrival);
  position_ += step.length;
  if (!has_stamps_) {
    stream_time_ += by_arrival;
    taken_ = std::max(taken_, picture.came);
    return {stream_time_, taken_, false};
  }
  const bool believed = judge_.verdict() == StampFault::none;
  stream_time_ += believed ? step.length : by_arrival;
  if (step.stamp != Stamp::missing) judge_.step(step.stamp == Stamp::good, picture.came);
  if (picture.waited_for) judge_.observe(position_, picture.came);
  note_transit(picture.came);
  const SteadyTime by_stamp = SteadyTime(shortest_transit() + position_);
  taken_ = std::max(taken_, believed ? std::min(by_stamp, picture.came) : picture.came);
  return {stream_time_, taken_, !believed || step.stamp != Stamp::good};
}

StreamClock::Step StreamClock::step_by_stamp(const Picture& picture, Nanoseconds by_arrival) noexcept {
  if (!picture.stamp) return step_without(by_arrival);
  Step step{by_arrival, Stamp::good};  // the first stamp of a connection says nothing yet
  if (last_stamp_) {
    const Nanoseconds passed = *picture.stamp - *last_stamp_;
    if (passed > Nanoseconds::zero() && !leads(passed, picture.came)) {
      // Pictures without a stamp that lie between have been given a place already.
      step.length = std::max(stamped_position_ + passed - position_, Nanoseconds::zero());
      const Nanoseconds each = passed / (missing_ + 1);
      usual_step_ += usual_step_ == Nanoseconds::zero() ? each : (each - usual_step_) / kSmoothing;
    } else {
      step.stamp = Stamp::bad;
    }
  }
  missing_ = 0;
  has_stamps_ = true;
  last_stamp_ = picture.stamp;
  stamped_position_ = position_ + step.length;
  stamped_came_ = picture.came;
  return step;
}

// True if the step is longer than the time between arrivals, and does not make up for an earlier delay.
bool StreamClock::leads(Nanoseconds passed, SteadyTime came) const noexcept {
  const SteadyTime earliest = SteadyTime(shortest_transit() + stamped_position_ + passed);
  return passed - (came - stamped_came_) > kLargestLead && earliest - came > kLargestLead;
}

StreamClock::Step StreamClock::step_without(Nanoseconds by_arrival) noexcept {
  if (!has_stamps_ || missing_ >= kMostMissing) return {by_arrival, Stamp::bad};
  ++missing_;
  return {usual_step_, Stamp::missing};
}

StreamClock::Reading StreamClock::first(const Picture& picture) noexcept {
  begins_ = false;
  if (begun_) stream_time_ += std::max(picture.came - last_came_, Nanoseconds::zero());
  begun_ = true;
  position_ = stream_time_;
  last_came_ = picture.came;
  has_stamps_ = picture.stamp.has_value();
  missing_ = 0;
  last_stamp_ = picture.stamp;
  stamped_position_ = position_;
  stamped_came_ = picture.came;
  window_began_ = picture.came;
  transit_ = transit_before_ = picture.came.time_since_epoch() - position_;
  arrivals_.begin(picture.came);
  judge_.begin();
  taken_ = std::max(taken_, picture.came);
  return {stream_time_, taken_, judge_.verdict() != StampFault::none && has_stamps_};
}

void StreamClock::note_transit(SteadyTime came) noexcept {
  const Nanoseconds transit = came.time_since_epoch() - position_;
  if (came - window_began_ > kWindow) {
    window_began_ = came;
    transit_before_ = transit_;
    transit_ = transit;
  }
  transit_ = std::min(transit_, transit);
}

}  // namespace vigia::camera
