// Lets a viewer have the newest searched frame of a camera, with its faces, at the viewer's pace.
//
//   LiveView view;                                   // one of each camera
//   view.ask();                                      // the viewer, when it wants the next one
//   if (view.is_asked()) view.show(frame, faces);    // the worker whose turn it is, after a frame
//   const auto picture = view.take();                // the viewer, soon after; null: no frame came yet
//
// While nobody looks, a worker pays one relaxed read a frame. While somebody does, it pays one small
// allocation for each picture that was asked for, and one frame of the camera's pool is held until the
// viewer takes it, so take it soon. No lock, and no thread waits. Threads: ask(), take() and forget() one
// thread at a time; is_asked() and show() the worker's.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "domain/face_reason.h"
#include "domain/frame.h"
#include "domain/geometry.h"
#include "domain/sighting.h"

namespace vigia::pipeline {

struct LiveFace {
  domain::Box box;  // in the frame's pixels
  std::uint64_t track = 0;
  float score = 0;    // the detector's
  float quality = 0;  // 0..1
  std::optional<domain::Reason> rejected;
  bool weak = false;
};

struct LivePicture {
  domain::Frame frame;
  std::vector<LiveFace> faces;  // empty also where the frame was not searched
};

class LiveView {
 public:
  LiveView() = default;
  ~LiveView() { forget(); }
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void ask() noexcept { asked_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] std::unique_ptr<LivePicture> take() noexcept {
    if (slot_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    return std::unique_ptr<LivePicture>(slot_.exchange(nullptr, std::memory_order_acquire));
  }
  // Nobody looks any more: what was shown and not taken is released.
  void forget() noexcept {
    asked_.store(false, std::memory_order_relaxed);
    const std::unique_ptr<LivePicture> never_taken(slot_.exchange(nullptr, std::memory_order_acquire));
  }

  [[nodiscard]] bool is_asked() const noexcept { return asked_.load(std::memory_order_relaxed); }
  // ids: the track of each face, 0: none; as long as `faces`. One that was not taken is replaced.
  void show(const domain::Frame& frame, std::span<const domain::Sighting> faces,
            std::span<const std::uint64_t> ids) {
    asked_.store(false, std::memory_order_relaxed);
    auto picture = std::make_unique<LivePicture>(LivePicture{frame, {}});
    picture->faces.reserve(faces.size());
    for (std::size_t i = 0; i < faces.size(); ++i) {
      const domain::Sighting& face = faces[i];
      picture->faces.push_back({.box = face.detection.box,
                                .track = ids[i],
                                .score = face.detection.score,
                                .quality = face.quality.total,
                                .rejected = face.rejected,
                                .weak = face.weak});
    }
    const std::unique_ptr<LivePicture> never_taken(
        slot_.exchange(picture.release(), std::memory_order_acq_rel));
  }

 private:
  std::atomic<bool> asked_{false};
  std::atomic<LivePicture*> slot_{nullptr};
};

}  // namespace vigia::pipeline
