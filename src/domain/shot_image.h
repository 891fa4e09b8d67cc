// The picture that one or several best shots of the same frame share: first the frame itself, later its
// JPEG, made once whoever asks first. Turning it into a JPEG early gives the frame's buffer back while
// the track is still open.
// Threads: thread-safe. Shared by shared_ptr (see MemoryManager::share): its end is the collector's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "domain/frame.h"
#include "memory/budget.h"
#include "memory/retirable.h"

namespace vigia::domain {

struct Jpeg {
  std::vector<std::byte> bytes;
  Size size;
  memory::Charge charge;
};

class ShotImage final : public memory::Retirable {
 public:
  explicit ShotImage(Frame frame) : Retirable(0), frame_(std::move(frame)) {}

  // The frame while there is no JPEG yet; a copy, so that encoding holds no lock.
  [[nodiscard]] std::optional<Frame> frame() const {
    MutexLock lock(mutex_);
    return frame_;
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
