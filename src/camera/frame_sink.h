// Receives a camera's frames. Implemented by orchestrator/, which passes them to the workers.
#pragma once

#include <stop_token>

#include "base/clock.h"
#include "domain/decoding.h"
#include "domain/frame.h"

namespace vigia::camera {

// What a live camera's sink knows of who is in view, and how much it wants decoded.
struct SinkView {
  // How long nobody has been, by stream time of frames that were looked at; negative: somebody is, or it is
  // not known.
  Nanoseconds nobody_for{-1};
  int least_face = 0;  // shorter side of the smallest face that matters, in pixels
  domain::Decoding decoding = domain::Decoding::all;
};

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // Before the first frame of each attempt, on the camera's thread. live: frames come as time passes, so
  // deliver() must not wait, whatever the options say.
  virtual void opened(bool /*live*/) {}
  // Called on the camera's thread, in order. If the camera must not drop frames it may wait for room until
  // the stop. The sink counts frames that it drops for newer ones.
  // It may wait for room for late frames (domain::Look), too: the sink must not drop them.
  virtual void deliver(domain::Frame frame, const std::stop_token& stop) = 0;
  // Called for each packet, so it must neither wait nor cost anything.
  [[nodiscard]] virtual SinkView view() const noexcept { return {}; }
};

}  // namespace vigia::camera
