// Whether anybody is in a camera's view, for the camera's thread, which decodes less while nobody is
// (camera/hibernation.h).
//
// Threads: nobody_for() thread-safe; the others belong to the worker that has the strand's turn.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "domain/detection.h"

namespace vigia::pipeline {

class InView {
 public:
  // min_score: faces below it are weak.
  explicit InView(float min_score) : min_score_(min_score) {}

  // At that stream time somebody was in view, or nobody.
  void note(Nanoseconds stream_time, bool somebody) noexcept;
  // Of a picture without anybody. Things that look a little like a face do not move, so their places are
  // remembered. Returns whether there is a weak face at a new place.
  bool note_weak_faces(std::span<const domain::Detection> faces);
  // Of a picture that is looked at to see whether anybody is there.
  void note_probe(Nanoseconds stream_time, std::span<const domain::Detection> faces);

  // camera::SinkView's.
  [[nodiscard]] Nanoseconds nobody_for() const noexcept {
    return Nanoseconds(nobody_for_.load(std::memory_order_relaxed));
  }

 private:
  const float min_score_;
  std::optional<Nanoseconds> seen_at_;   // when somebody was in view last
  std::vector<domain::Box> weak_faces_;  // where they were seen with nobody there
  std::atomic<Nanoseconds::rep> nobody_for_{-1};
};

}  // namespace vigia::pipeline
