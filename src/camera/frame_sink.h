// Receives a camera's frames. Implemented by orchestrator/, which passes them to the workers.
#pragma once

#include <stop_token>

#include "domain/frame.h"

namespace vigia::camera {

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // Before the first frame of each attempt, on the camera's thread. live: frames come as time passes, so
  // deliver() must not wait, whatever the options say.
  virtual void opened(bool /*live*/) {}
  // Called on the camera's thread, in order. If the camera must not drop frames it may wait for room until
  // the stop. The sink counts frames that it drops for newer ones.
  virtual void deliver(domain::Frame frame, const std::stop_token& stop) = 0;
};

}  // namespace vigia::camera
