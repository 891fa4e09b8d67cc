// The picture that one or several best shots of the same frame share: first the frame itself, later its
// JPEG, made once whoever asks first. Turning it into a JPEG early gives the frame's buffer back while
// the track is still open.
//
// Its end: the frame's buffer goes back to its pool at once, on the last owner's thread (a push), and
// never waits for the collector. The JPEG's bytes are the collector's: see shot/jpeg_encoder.h.
// Threads: thread-safe. Shared: std::make_shared<ShotImage>(frame).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "domain/frame.h"
#include "memory/budget.h"

namespace vigia::domain {

struct Jpeg {
  std::vector<std::byte> bytes;
  Size size;
  memory::Charge charge;
};

class ShotImage {
 public:
  explicit ShotImage(Frame frame) : frame_(std::move(frame)) {}

  // The frame while there is no JPEG yet; a copy, so that encoding holds no lock.
  [[nodiscard]] std::optional<Frame> frame() const {
    MutexLock lock(mutex_);
    return frame_;
  }
  [[nodiscard]] bool holds_frame() const {
    MutexLock lock(mutex_);
    return frame_.has_value();
  }
  [[nodiscard]] std::shared_ptr<const Jpeg> jpeg() const {
    MutexLock lock(mutex_);
    return jpeg_;
  }
  // Lets go of the frame. The second of two is ignored: both show the same picture.
  void set_jpeg(std::shared_ptr<const Jpeg> jpeg) {
    std::optional<Frame> last;  // let go of outside the lock
    MutexLock lock(mutex_);
    if (jpeg_) return;
    jpeg_ = std::move(jpeg);
    last.swap(frame_);
  }

 private:
  mutable Mutex mutex_;
  std::optional<Frame> frame_ GUARDED_BY(mutex_);
  std::shared_ptr<const Jpeg> jpeg_ GUARDED_BY(mutex_);
};

}  // namespace vigia::domain
