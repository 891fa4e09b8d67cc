// The picture that one or several best shots of the same frame share: first the frame itself, later its JPEG,
// which is made once, on the first request. Making the JPEG early gives the frame's buffer back while the
// track is still open.
//
// When it is destroyed, the frame's buffer goes back to its pool at once, on the last owner's thread (a
// push), and never waits for the collector. The collector destroys the JPEG's bytes: see shot/jpeg_encoder.h.
// Threads: thread-safe. Shared: std::make_shared<ShotImage>(frame).
#pragma once

#include <atomic>
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
  explicit ShotImage(Frame frame) : holds_frame_(true), frame_(std::move(frame)) {}

  // The frame while there is no JPEG yet; a copy, so that encoding holds no lock.
  [[nodiscard]] std::optional<Frame> frame() const {
    MutexLock lock(mutex_);
    return frame_;
  }
  // Takes no lock: workers call this for each frame, and the encoding thread may be slow.
  [[nodiscard]] bool holds_frame() const noexcept { return holds_frame_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::shared_ptr<const Jpeg> jpeg() const {
    MutexLock lock(mutex_);
    return jpeg_;
  }
  // Releases the frame. A second JPEG is ignored: both show the same picture.
  void set_jpeg(std::shared_ptr<const Jpeg> jpeg) {
    std::optional<Frame> last;  // let go of outside the lock
    MutexLock lock(mutex_);
    if (jpeg_) return;
    jpeg_ = std::move(jpeg);
    last.swap(frame_);
    holds_frame_.store(false, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> holds_frame_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::optional<Frame> frame_ GUARDED_BY(mutex_);
  std::shared_ptr<const Jpeg> jpeg_ GUARDED_BY(mutex_);
};

}  // namespace vigia::domain
