// The queue of orders from the workers to the shot encoder.
//
// Bounded and lock-free: the encoder runs at low priority and must not delay a worker even for the moment in
// which it takes an order. Each order is one allocation: there is one for a face that came or went, not for
// each frame.
// Threads: push() and depth() thread-safe; pop_for() and finished() the encoder's; close() once.
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

// Encode this picture as JPEG now, while its tracks are still open: that gives its frame buffer back.
struct EncodeEarly {
  std::shared_ptr<domain::ShotImage> image;
};

// Store the best shot so far of this open track in the journal: see outbox/journal.h. A track without a best
// shot would not be posted any more, and its row is taken back.
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

  // In the order of push(). Nothing: none came within `at_most`, or close() was called.
  std::optional<ShotOrder> pop_for(Nanoseconds at_most);

  // Ends pushing; orders that wait can still be taken.
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
  std::atomic<Node*> came_{nullptr};  // the newest order pushed; the older ones below it
  Semaphore filled_;
  Node* taken_ = nullptr;  // the encoder's: the oldest; the newer ones below it
};

}  // namespace vigia::pipeline
