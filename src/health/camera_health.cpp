#include "health/camera_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vigia::health {
namespace {

using camera::Condition;
using namespace std::chrono_literals;

constexpr Nanoseconds kFrozenFor = 60s;
constexpr double kBlack = 0.06;  // brightness
constexpr double kBlackContrast = 0.03;
constexpr double kUniform = 0.015;  // contrast of a lens that is covered
constexpr double kDamaged = 0.05, kHardlyDamaged = 0.02;
constexpr double kLeastFrames = 50;    // that a share is made of
constexpr double kForget = 1.0 / 120;  // of the frames counted, each second
constexpr Nanoseconds kSkew = 2s, kHardlySkew = 1s;
constexpr Nanoseconds kSparse = 4s;
constexpr Nanoseconds kSlow = 5s, kHardlySlow = 1s;
// Of a Poisson process that brings ten on average, none comes in one of 22 000 cases.
constexpr double kFacesMissed = 10;

// For how long the sign must be there, and away.
struct Rule {
  Nanoseconds begins_after, ends_after;
};
constexpr Rule rule_of(Condition condition) {
  switch (condition) {
    case Condition::offline:
      return {3s, 0s};  // a reconnect at once is no event
    case Condition::refused:
    case Condition::crashed:
    case Condition::busy:
      return {0s, 0s};
    case Condition::no_key_frame:
      return {2s, 0s};
    case Condition::frozen:
      return {0s, 2s};
    case Condition::dark:
      return {10s, 5s};
    case Condition::damaged:
      return {5s, 30s};
    case Condition::clock_skew:
      return {10s, 10s};
    case Condition::sparse_key_frames:
      return {5s, 60s};
    case Condition::slow_decoder:
      return {0s, 10s};
    case Condition::no_faces:
      return {0s, 0s};
  }
  return {0s, 0s};
}

Nanoseconds key_frame_gap(const status::CameraStatus& camera) {
  return std::max(camera.signal.key_interval, camera.signal.since_key);
}

// Above `begin` it begins, at or below `end` it ends, between them it stays.
template <class Value>
bool is_above(Value value, Value begin, Value end, bool holds) {
  return holds ? value > end : value > begin;
}

std::string seconds(Nanoseconds d) {
  return fmt::format("{:.1f} s", to_seconds(d));
}

}  // namespace

std::vector<HealthChange> CameraHealth::observe(const HealthSample& sample, SteadyTime now) {
  count_damage(sample.camera);
  std::vector<HealthChange> changes;
  for (const Condition condition : camera::kAllConditions) {
    Watch& watch = watches_.at(static_cast<std::size_t>(condition));
    const std::optional<bool> seen = sign(condition, sample, watch.holds);
    if (watch.holds && seen == true) watch.text = words(condition, sample);
    if (!seen || *seen == watch.holds) {
      watch.turning.reset();
      continue;
    }
    if (!watch.turning) watch.turning = now;
    const Rule rule = rule_of(condition);
    if (now - *watch.turning < (*seen ? rule.begins_after : rule.ends_after)) continue;
    watch.turning.reset();
    watch.holds = *seen;
    watch.text = *seen ? words(condition, sample) : "";
    changes.push_back({condition, *seen, watch.text, *seen ? Nanoseconds(0) : now - watch.since});
    if (*seen) watch.since = now;
  }
  return changes;
}

// Older frames count less and less, so the share is that of about the last two minutes.
void CameraHealth::count_damage(const status::CameraStatus& camera) {
  const std::uint64_t damaged = camera.frames_damaged + camera.decoding_soft_errors;
  const std::uint64_t frames = camera.frames_decoded + damaged;
  if (begun_) {
    frames_ += static_cast<double>(frames - std::min(frames, frames_before_)) - frames_ * kForget;
    damaged_ += static_cast<double>(damaged - std::min(damaged, damaged_before_)) - damaged_ * kForget;
  }
  begun_ = true;
  frames_before_ = frames;
  damaged_before_ = damaged;
}

// Whether the condition's sign is there; nothing: that cannot be said now, and it stays as it is.
std::optional<bool> CameraHealth::sign(Condition condition, const HealthSample& sample, bool holds) const {
  const status::CameraStatus& camera = sample.camera;
  switch (condition) {
    case Condition::offline:
    case Condition::refused:
    case Condition::crashed:
    case Condition::busy:
    case Condition::no_key_frame:
      return camera.reason == to_string(condition);
    default:
      break;
  }
  if (!camera.signal.is_live) return false;
  if (!camera.is_online) return std::nullopt;
  return sign_of_video(condition, sample, holds);
}

std::optional<bool> CameraHealth::sign_of_video(Condition condition, const HealthSample& sample,
                                                bool holds) const {
  const status::CameraStatus& camera = sample.camera;
  const status::SignalStatus& signal = camera.signal;
  switch (condition) {
    case Condition::frozen:
      return signal.still_for >= kFrozenFor;
    case Condition::dark:
      return signal.contrast < kUniform || (signal.brightness < kBlack && signal.contrast < kBlackContrast);
    case Condition::damaged:
      if (frames_ < kLeastFrames) return std::nullopt;
      return is_above(damaged_ / frames_, kDamaged, kHardlyDamaged, holds);
    case Condition::clock_skew:
      if (!camera.clock_skew) return std::nullopt;
      return is_above<Nanoseconds>(std::chrono::abs(*camera.clock_skew), kSkew, kHardlySkew, holds);
    case Condition::sparse_key_frames:
      return key_frame_gap(camera) > kSparse;
    case Condition::slow_decoder:
      return is_above<Nanoseconds>(signal.busy_for, kSlow, kHardlySlow, holds);
    case Condition::no_faces:
      return sample.faces_missed >= kFacesMissed;
    default:
      return std::nullopt;
  }
}

std::string CameraHealth::words(Condition condition, const HealthSample& sample) const {
  const status::CameraStatus& camera = sample.camera;
  switch (condition) {
    case Condition::frozen:
      return fmt::format("the picture has not changed for {:.0f} s", to_seconds(camera.signal.still_for));
    case Condition::dark:
      return camera.signal.brightness < kBlack ? "the picture is black"
                                               : "the picture is the same grey everywhere";
    case Condition::damaged:
      return fmt::format("{:.0f} % of its pictures are broken or were left out for it",
                         100 * damaged_ / frames_);
    case Condition::clock_skew:
      return fmt::format("its clock is {} {} this machine's", seconds(std::chrono::abs(*camera.clock_skew)),
                         *camera.clock_skew > 0ns ? "ahead of" : "behind");
    case Condition::sparse_key_frames:
      return fmt::format("its key frames are {} apart", seconds(key_frame_gap(camera)));
    case Condition::slow_decoder:
      return fmt::format("its frames are decoded {} after they came", seconds(camera.signal.decoded_after));
    case Condition::no_faces:
      return fmt::format("no face came, where usually {:.0f} would have by now", sample.faces_missed);
    default:
      return camera.message;
  }
}

std::vector<status::ConditionStatus> CameraHealth::conditions(SteadyTime now) const {
  std::vector<status::ConditionStatus> holding;
  for (const Condition condition : camera::kAllConditions) {
    const Watch& watch = watches_.at(static_cast<std::size_t>(condition));
    if (!watch.holds) continue;
    holding.push_back({.name = std::string(to_string(condition)),
                       .text = watch.text,
                       .remedy = std::string(remedy(condition)),
                       .held = now - watch.since});
  }
  return holding;
}

}  // namespace vigia::health
