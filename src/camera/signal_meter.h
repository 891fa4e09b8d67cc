// What is seen of a live source's signal, written where CameraStats::signal is read from: how far apart its
// key frames are, how late its pictures are decoded, whether the picture stands still, how bright it is. One
// for each connection.
//
// Cost: some stores a packet and a picture, and once a second picture_probe.h's. Threads: owner thread only;
// the counters may be read by all.
#pragma once

#include "base/clock.h"
#include "camera/camera_stats.h"
#include "camera/picture_probe.h"
#include "domain/frame.h"

namespace vigia::camera {

class SignalMeter {
 public:
  // Both must outlive it. probe: goes on over connections, since a frozen picture survives them.
  SignalMeter(CaptureCounters& counters, PictureProbe& probe) noexcept : counters_(counters), probe_(probe) {}

  // A connection begins: nothing is known of its key frames.
  void begin(bool is_live) noexcept;
  void packet(SteadyTime now, bool is_key) noexcept;
  // A picture is decoded. taken: when it was, by its stamp and its arrival. busy_for: for how long the
  // camera's thread has not had to wait for data.
  void picture(const domain::Frame& frame, SteadyTime taken, Nanoseconds busy_for) noexcept;

 private:
  // Constant after construction.
  CaptureCounters& counters_;
  PictureProbe& probe_;

  bool has_others_ = false;  // packets that are no key frames came
  SteadyTime key_came_{};    // the last key frame; SteadyTime(): none
};

}  // namespace vigia::camera
