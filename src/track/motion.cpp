#include "track/motion.h"

#include <algorithm>
#include <cmath>

namespace vigia::track {
namespace {

using domain::Box;
using domain::Point;

// Measured on faces of real crowds (./dev bench people --tracks prints how sightings spread around their
// forecasts): a detector's box trembles by this share of its size, and by about a pixel at any size.
constexpr float kTremble = 0.05F, kTremblePixels = 1.0F;
constexpr float kSizeTremble = 0.06F;
// People cross the picture at 3 to 9 face sizes a second: the first velocity may be as large.
constexpr float kFirstVelocity = 4.0F, kFirstGrowth = 0.5F;
// Random acceleration: variance of the velocity, in face sizes, gained in a second.
constexpr float kAcceleration = 5.0F, kGrowthAcceleration = 0.1F;
constexpr int kMostSteps = 10;  // through a gap

float squared(float value) {
  return value * value;
}

}  // namespace

float mean_side(const Box& box) noexcept {
  return std::sqrt(std::max(box.width, 0.0F) * std::max(box.height, 0.0F));
}

float Forecast::distance(const Box& box) const noexcept {
  const Point at = box.centre();
  const float away = squared(at.x - centre.x) + squared(at.y - centre.y);
  return away / squared(centre_sigma) + squared(std::log(mean_side(box) / size) / size_sigma);
}

Motion::Covariance Motion::Covariance::after(float seconds, float acceleration) const noexcept {
  const float square = seconds * seconds;
  return {place + 2 * seconds * both + square * velocity + acceleration * square * seconds / 3,
          both + seconds * velocity + acceleration * square / 2, velocity + acceleration * seconds};
}

Motion::Motion(const Box& box, Nanoseconds time) noexcept : last_(box), time_(time) {
  const float size = std::max(mean_side(box), 1.0F);
  x_.place = box.centre().x;
  y_.place = box.centre().y;
  log_size_.place = std::log(size);
  centre_variance_ = {squared(kTremble * size + kTremblePixels), 0, squared(kFirstVelocity * size)};
  size_variance_ = {squared(kSizeTremble), 0, squared(kFirstGrowth)};
}

void Motion::update(const Box& box, Nanoseconds time, Nanoseconds interval, float noise) noexcept {
  const auto seconds = static_cast<float>(to_seconds(time - time_));
  const Point to = box.centre();
  const float log_size = std::log(std::max(mean_side(box), 1.0F));
  const float frames =
      interval > Nanoseconds::zero() ? seconds / static_cast<float>(to_seconds(interval)) : 1;
  const int steps = std::clamp(static_cast<int>(std::lround(std::min(frames, 100.0F))), 1, kMostSteps);
  const Point from = last_.centre();
  const float from_size = std::log(std::max(mean_side(last_), 1.0F));
  for (int i = 1; i <= steps; ++i) {
    const float part = static_cast<float>(i) / static_cast<float>(steps);
    step({from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)},
         from_size + part * (log_size - from_size), seconds / static_cast<float>(steps), noise);
  }
  last_ = box;
  time_ = time;
}

void Motion::step(Point centre, float log_size, float seconds, float noise) noexcept {
  const float size = std::exp(log_size_.place);
  const auto take = [seconds](Axis& axis, float seen, const Covariance& expected, float noise_variance) {
    const float total = expected.place + noise_variance;
    axis.place += axis.velocity * seconds;
    const float error = seen - axis.place;
    axis.place += expected.place / total * error;
    axis.velocity += expected.both / total * error;
  };
  const auto updated = [](const Covariance& expected, float noise_variance) {
    const float total = expected.place + noise_variance;
    return Covariance{expected.place * noise_variance / total, expected.both * noise_variance / total,
                      expected.velocity - squared(expected.both) / total};
  };
  const Covariance where = centre_variance_.after(seconds, kAcceleration * squared(size));
  const float where_noise = squared((kTremble * size + kTremblePixels) * noise);
  take(x_, centre.x, where, where_noise);
  take(y_, centre.y, where, where_noise);
  centre_variance_ = updated(where, where_noise);
  const Covariance how_large = size_variance_.after(seconds, kGrowthAcceleration);
  const float size_noise = squared(kSizeTremble * noise);
  take(log_size_, log_size, how_large, size_noise);
  size_variance_ = updated(how_large, size_noise);
}

Forecast Motion::forecast(Nanoseconds time) const noexcept {
  const auto seconds = std::max(static_cast<float>(to_seconds(time - time_)), 0.0F);
  const float size = std::exp(log_size_.place);
  const Covariance where = centre_variance_.after(seconds, kAcceleration * squared(size));
  const Covariance how_large = size_variance_.after(seconds, kGrowthAcceleration);
  Forecast expected;
  expected.centre = {x_.place + x_.velocity * seconds, y_.place + y_.velocity * seconds};
  // A face does not double in size unseen: a growth that was measured over few frames must be limited.
  expected.size = size * std::exp(std::clamp(log_size_.velocity * seconds, -0.5F, 0.5F));
  expected.centre_sigma = std::sqrt(where.place + squared(kTremble * size + kTremblePixels));
  expected.size_sigma = std::sqrt(how_large.place + squared(kSizeTremble));
  return expected;
}

}  // namespace vigia::track
