// A best shot on its way to a receiver: everything that a receiver needs, and no secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "domain/detection.h"
#include "domain/face_quality.h"
#include "domain/shot_image.h"

namespace vigia::domain {

struct Shot {
  std::string camera;                     // its name
  std::optional<std::int64_t> camera_id;  // FindFace's; its token is looked up when it is sent
  std::uint64_t track = 0;                // the camera's count of tracks in this run
  UtcTime captured;                       // of the frame, by the clock as it was then; part of its name
  Nanoseconds stream_time{0};             // of the frame, on the camera's own time line
  Box face;                               // in the JPEG's pixels
  Region roi;                             // where the receiver should look for the face: face and margin
  float score = 0;
  FaceQuality quality;
  std::shared_ptr<const Jpeg> jpeg;  // the full frame
  // Age, counted from read_at, beyond which it is not sent any more. Nothing: no limit.
  std::optional<Nanoseconds> max_age;
  std::optional<SteadyTime> read_at;  // when its frame was read; nothing: not in this run
  std::optional<UtcTime> read_utc;    // what this machine's clock showed then
  // While it is being sent: the time after which it must not be sent any more, also for a shot from an
  // earlier run.
  SteadyTime deadline = SteadyTime::max();
  // While it is being sent: `captured` by the clock as it is now, if that was set since; or the clock was not
  // set then, and what `captured` should be is not known. See outbox/capture_time.h.
  std::optional<UtcTime> captured_corrected;
  bool clock_unset = false;
  // While it is being sent: called, if set, right before the receiver can have all of it. For receivers that
  // treat each delivery as a new event, even of the same shot.
  std::function<void()> going_out = nullptr;
};

// The time of capture that receivers are told.
[[nodiscard]] inline UtcTime told_time(const Shot& shot) {
  return shot.captured_corrected.value_or(shot.captured);
}

}  // namespace vigia::domain
