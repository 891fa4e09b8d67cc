// Whether decoding on hardware is worth it for a stream, by its own pictures, decoded both ways: the hardware
// must give the same pictures, and cost this thread less. Reading pictures back from a GPU often costs as
// much as decoding them on the CPU, so only a measurement can tell.
//
//   trial.software(cost); trial.hardware(cost);    // what each call of either decoder took
//   trial.compare(*software_picture, *hardware_picture);
//   switch (trial.verdict()) ...
//
// A picture is the same if at most one in kMostDifferent of its points is off by more than kSame: H.264,
// H.265, VP9 and AV1 prescribe each bit, older codecs leave roundings open. CPU time is the calling thread's:
// what a driver does on threads of its own is not seen. Cost: reads every 16th point. Threads: owner thread
// only.
#pragma once

#include <string>

#include "camera/accelerator.h"
#include "camera/av_handles.h"

namespace vigia::camera {

class HardwareTrial {
 public:
  static constexpr int kPictures = 50;  // compared before it is decided
  static constexpr int kMostApart = 16;
  static constexpr int kSame = 4, kMostDifferent = 1000;
  // The hardware must save a fifth at least, and may not hold the thread up for longer than the CPU does, or
  // than this for a picture.
  static constexpr double kMostOfCpu = 0.8, kMostSeconds = 0.010;

  enum class Verdict { open, keep, wrong, costly, slow };

  void software(const ThreadCost& cost) noexcept { software_ += cost; }
  void hardware(const ThreadCost& cost) noexcept { hardware_ += cost; }
  // What either cost before the first picture that both gave is not compared: drivers prepare themselves
  // then.
  void compare(const AVFrame& software, const AVFrame& hardware) noexcept;
  // Both decode, and one of them gave a picture that the other did not. Before both have given the same one,
  // kMostApart times are no more than a different beginning.
  void miss() noexcept { wrong_ = wrong_ || pictures_ > 0 || ++misses_ > kMostApart; }

  [[nodiscard]] Verdict verdict() const noexcept;
  // "its pictures are wrong", "0.4 ms of CPU a picture instead of 2.1": for people.
  [[nodiscard]] std::string reason() const;

 private:
  ThreadCost software_, hardware_;
  int pictures_ = 0, misses_ = 0;
  bool wrong_ = false;
};

// Whether two pictures show the same: i420 or nv12, or the same in 10 bits.
[[nodiscard]] bool same_picture(const AVFrame& a, const AVFrame& b) noexcept;

}  // namespace vigia::camera
