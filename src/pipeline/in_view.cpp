#include "pipeline/in_view.h"

#include <algorithm>

#include "domain/boxes.h"

namespace vigia::pipeline {
namespace {

constexpr float kSamePlace = 0.4F;  // of two weak faces, by the overlap of their boxes
constexpr std::size_t kMostWeakFaces = 32;

}  // namespace

void InView::note(Nanoseconds stream_time, bool somebody) noexcept {
  if (somebody || !seen_at_) seen_at_ = stream_time;
  const Nanoseconds nobody_for = std::max(stream_time - *seen_at_, Nanoseconds(0));
  nobody_for_.store(somebody ? -1 : nobody_for.count(), std::memory_order_relaxed);
}

bool InView::note_weak_faces(std::span<const domain::Detection> faces) {
  bool is_new = false;
  for (const domain::Detection& face : faces) {
    if (face.score >= min_score_) continue;
    const auto is_there = [&face](const domain::Box& box) {
      return domain::overlap(box, face.box) >= kSamePlace;
    };
    if (std::ranges::any_of(weak_faces_, is_there)) continue;
    is_new = true;
    if (weak_faces_.size() >= kMostWeakFaces) weak_faces_.erase(weak_faces_.begin());
    weak_faces_.push_back(face.box);
  }
  return is_new;
}

void InView::note_probe(Nanoseconds stream_time, std::span<const domain::Detection> faces) {
  const bool strong =
      std::ranges::any_of(faces, [this](const domain::Detection& face) { return face.score >= min_score_; });
  const bool is_new = note_weak_faces(faces);
  note(stream_time, is_new || strong);
}

}  // namespace vigia::pipeline
