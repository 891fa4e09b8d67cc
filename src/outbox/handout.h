// Hands shots to the senders: take() claims the next shot of a route, the other calls report what became of
// it. outbox.h says what each call guarantees.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "domain/camera_key.h"
#include "outbox/disk_writer.h"
#include "outbox/losses.h"
#include "outbox/outbox_state.h"
#include "outbox/pending_shot.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class Handout {
 public:
  // Both must outlive it.
  Handout(OutboxState& state, DiskWriter& writer) : state_(state), writer_(writer) {}

  // As the calls of Outbox.
  Result<std::optional<PendingShot>> take(const std::string& route, SteadyTime not_before,
                                          const std::stop_token& stop) EXCLUDES(state_.mutex);
  Status begin(const PendingShot& shot) EXCLUDES(state_.mutex);
  Status finished(const PendingShot& shot) EXCLUDES(state_.mutex);
  Status postpone(const PendingShot& shot, const Postponement& postponement) EXCLUDES(state_.mutex);
  void pause(const std::string& route, const domain::CameraKey& camera, SteadyTime until)
      EXCLUDES(state_.mutex);
  void resume(const std::string& route, const domain::CameraKey& camera) EXCLUDES(state_.mutex);
  void drain() EXCLUDES(state_.mutex);

 private:
  // What a sender does next: it sends the claimed shot, or ends, or waits until `until` or until somebody
  // requests `wake`.
  struct Next {
    std::optional<std::int64_t> claimed;
    std::optional<StoredShot> kept;           // the claimed one, if it is in memory only
    std::optional<Tries> note;                // newer than its row
    SteadyTime deadline = SteadyTime::max();  // of the claimed shot
    bool ended = false;
    SteadyTime until;
    std::stop_source wake;
  };
  Next claim_next(std::size_t route, SteadyTime not_before, Endings& endings) REQUIRES(state_.mutex);
  // Nothing: its row is gone, and it ends as lost.
  Result<std::optional<PendingShot>> fetch(std::size_t route, Next next) EXCLUDES(state_.mutex);
  // Repairs a damaged file, then reads from the new one.
  Result<std::optional<StoredShot>> read(std::int64_t id) EXCLUDES(state_.mutex);
  // Changes a shot that is in memory only. False: it is not there.
  bool apply_in_memory(const RowChange& change) REQUIRES(state_.mutex);

  OutboxState& state_;
  DiskWriter& writer_;
};

}  // namespace vigia::outbox
