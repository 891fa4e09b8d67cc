// Decides which conditions of one camera hold: from what is known of it once a second to what an operator is
// told.
//
//   CameraHealth health;
//   for (const HealthChange& change : health.observe(sample, now)) ...   // once a second
//
// A condition begins when its sign has been there for a while and ends when it has been away for a while,
// both with thresholds of their own, so that a camera at the border does not come and go (kRules in the
// source has them). offline, refused, busy and no_key_frame are what the camera itself says
// (CameraStatus::reason); the others are for a live camera whose video comes:
//
//   frozen             no point of the picture has changed for 60 s
//   dark               black, or the same grey everywhere, for 10 s
//   damaged            more than 5 % of the pictures were broken or left out for it; ends below 2 %
//   clock_skew         its clock is more than 2 s from ours for 10 s; ends below 1 s
//   sparse_key_frames  key frames more than 4 s apart
//   slow_decoder       for 5 s the camera's thread never had to wait for data
//   no_faces           no face came in a time in which ten usually come: usual_faces.h
//
// Recordings have none of these: they are what they are. Threads: owner thread only. Deterministic: no clock.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "camera/condition.h"
#include "status/camera_status.h"

namespace vigia::health {

// What is known of a camera at one moment.
struct HealthSample {
  const status::CameraStatus& camera;
  // Faces that would usually have come since the last one: usual_faces.h.
  double faces_missed = 0;
};

struct HealthChange {
  camera::Condition condition{};
  bool holds = false;   // it begins; false: it has ended
  std::string text{};   // "the picture has not changed for 60 s"; of the end: empty
  Nanoseconds held{0};  // of the end: for how long
};

class CameraHealth {
 public:
  std::vector<HealthChange> observe(const HealthSample& sample, SteadyTime now);
  // The conditions that hold, with the figures of the last observe().
  [[nodiscard]] std::vector<status::ConditionStatus> conditions(SteadyTime now) const;

 private:
  struct Watch {
    bool holds = false;
    std::optional<SteadyTime> turning;  // since when the sign says the opposite
    SteadyTime since{};
    std::string text{};
  };
  void count_damage(const status::CameraStatus& camera);
  [[nodiscard]] std::optional<bool> sign(camera::Condition condition, const HealthSample& sample,
                                         bool holds) const;
  [[nodiscard]] std::optional<bool> sign_of_video(camera::Condition condition, const HealthSample& sample,
                                                  bool holds) const;
  [[nodiscard]] std::string words(camera::Condition condition, const HealthSample& sample) const;

  std::array<Watch, camera::kAllConditions.size()> watches_{};
  std::uint64_t frames_before_ = 0, damaged_before_ = 0;
  bool begun_ = false;
  double frames_ = 0, damaged_ = 0;  // of about the last two minutes
};

}  // namespace vigia::health
