// The queue between the encoder and the writer: encoded shots in the order in which they were pushed.
//
// A disk may take seconds for one fsync. Meanwhile the encoder goes on and gives frames back to the cameras,
// and only JPEG bytes wait here, charged to the budget. They may hold `most_bytes`; beyond that, or while
// memory is short, push() waits for the writer, and closed tracks keep their frames: no face is lost, and the
// cameras drop frames only then. Threads: push() and close() belong to the encoder, pop_for() and finished()
// to the writer. Neither is on a frame's way.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>

#include "base/clock.h"
#include "base/mutex.h"
#include "domain/shot.h"
#include "memory/budget.h"
#include "outbox/journal.h"

namespace vigia::pipeline {

struct EncodedShot {
  std::optional<domain::Shot> shot;         // none: a track that ended without one
  std::optional<outbox::EndedTrack> ended;  // none: the track goes on
  bool is_best_so_far = false;              // of an open track, for the journal

  [[nodiscard]] Bytes bytes() const noexcept {
    return shot && shot->jpeg ? static_cast<Bytes>(shot->jpeg->bytes.size()) : 0;
  }
};

class EncodedShots {
 public:
  // Waiting shots may hold a quarter of the budget.
  explicit EncodedShots(const memory::Budget& budget) : EncodedShots(budget, budget.limit() / 4) {}
  EncodedShots(const memory::Budget& budget, Bytes most_bytes) : budget_(budget), most_bytes_(most_bytes) {}
  EncodedShots(const EncodedShots&) = delete;
  EncodedShots& operator=(const EncodedShots&) = delete;

  // Waits while there is no room; into an empty queue it pushes at once.
  void push(EncodedShot shot);
  // Nothing: none came within `at_most`, or the queue is closed and empty.
  std::optional<EncodedShot> pop_for(Nanoseconds at_most);
  [[nodiscard]] std::size_t depth() const;

  // Ends pushing; shots that wait can still be taken.
  void close();
  [[nodiscard]] bool finished() const;

 private:
  static constexpr std::size_t kMost = 16384;  // entries, also those without a picture
  [[nodiscard]] bool has_room_for(Bytes bytes) const REQUIRES(mutex_);

  // Constant after construction.
  const memory::Budget& budget_;
  const Bytes most_bytes_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  CondVar room_, filled_;
  std::deque<EncodedShot> waiting_ GUARDED_BY(mutex_);
  Bytes bytes_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace vigia::pipeline
