// What workers ask of the shot thread, and how it gets there.
//
// Bounded, and without a lock: the shot thread encodes and writes to disk at low haste, and must not hold
// up a worker even for the moment in which it takes an order. Each order is one allocation: it belongs to a
// face that came or went, not to a frame.
// Threads: push() and depth() thread-safe; pop_for() and finished() the shot thread's; close() once.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/semaphore.h"
#include "domain/shot_image.h"
#include "pipeline/camera_context.h"
#include "track/manage_tracks.h"

namespace vigia::pipeline {

// Turn this picture into a JPEG now, while its tracks are still open: that gives its frame buffer back.
struct EncodeEarly {
  std::shared_ptr<domain::ShotImage> image;
};

// Have the best shot so far of this track, which goes on, on disk: see outbox/journal.h. None: it would not
// be posted any more.
struct KeepSoFar {
  std::unique_ptr<domain::Track> track;  // a copy of its facts
};

struct ShotOrder {
  std::shared_ptr<CameraContext> camera;
  std::variant<track::Finished, EncodeEarly, KeepSoFar> what;
};

class ShotOrders {
 public:
  explicit ShotOrders(std::size_t capacity) : capacity_(capacity) {}
  ~ShotOrders();
  ShotOrders(const ShotOrders&) = delete;
  ShotOrders& operator=(const ShotOrders&) = delete;

  // Gives the order back when there is no room, or no more are taken: the caller counts the loss.
  [[nodiscard]] std::optional<ShotOrder> push(ShotOrder order);

  // In the order in which they came. Nothing: none came for so long, or close() was called.
  std::optional<ShotOrder> pop_for(Nanoseconds at_most);

  // No more come in; what is inside can still be taken.
  void close() noexcept;
  [[nodiscard]] bool finished() const noexcept { return closed_ && depth_ == 0; }
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

 private:
  struct Node {
    ShotOrder order;
    Node* below = nullptr;
  };
  void take_all() noexcept;

  const std::size_t capacity_;
  std::atomic<std::size_t> depth_{0};
  std::atomic<bool> closed_{false};
  std::atomic<Node*> came_{nullptr};  // the newest; the older ones below it
  Semaphore filled_;
  Node* taken_ = nullptr;  // the shot thread's: the oldest; the newer ones below it
};

}  // namespace vigia::pipeline
