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
#include "domain/sighting.h"
#include "memory/budget.h"

namespace vigia::domain {

struct Jpeg {
  std::vector<std::byte> bytes;
  Size size;
  memory::Charge charge;
};

// The JPEG shows another picture of the same moment and view, from the camera's main stream: its size before
// it was encoded, and the faces that were found in it.
struct LargerPicture {
  Size size;
  std::vector<Sighting> faces;
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
  // What the JPEG shows, if that is not the frame; null: it is, or there is none yet.
  [[nodiscard]] std::shared_ptr<const LargerPicture> larger() const {
    MutexLock lock(mutex_);
    return larger_;
  }
  // Releases the frame. A second JPEG is ignored: both show the same moment.
  void set_jpeg(std::shared_ptr<const Jpeg> jpeg, std::shared_ptr<const LargerPicture> larger = nullptr) {
    std::optional<Frame> last;  // let go of outside the lock
    MutexLock lock(mutex_);
    if (jpeg_) return;
    jpeg_ = std::move(jpeg);
    larger_ = std::move(larger);
    last.swap(frame_);
    holds_frame_.store(false, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> holds_frame_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::optional<Frame> frame_ GUARDED_BY(mutex_);
  std::shared_ptr<const Jpeg> jpeg_ GUARDED_BY(mutex_);
  std::shared_ptr<const LargerPicture> larger_ GUARDED_BY(mutex_);
};

}  // namespace vigia::domain
