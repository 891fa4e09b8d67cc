// Where a camera puts its frames. Implemented by orchestrator/, which knows who waits for them.
#pragma once

#include <stop_token>

#include "domain/frame.h"

namespace vigia::camera {

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // Called on the camera's thread, in order. May wait for room where the camera must not drop, until
  // the stop. A frame that is dropped for a newer one is counted by the sink.
  virtual void deliver(domain::Frame frame, const std::stop_token& stop) = 0;
};

}  // namespace vigia::camera
