// Keeps best shots on disk until every receiver (route) that wants them has them.
//
//   auto outbox = Outbox::open(options.outbox, {"findface", "mqtt"}, memory, clock);
//   outbox->add(shot);                                       // on disk when it returns ok
//   auto next = outbox->take("findface", clock.now(), stop);  // by a sender: see delivery/send.h
//
// Guarantees
// 1. A shot for which add() returned ok survives the end of this process, and a power cut unless durability
//    is "process": disk.h has the rule, README.md what it costs.
// 2. Shots that the disk refuses (full, read-only, failing) are kept in memory, within bounds, sent from
//    there, and written once the disk works again: it is tried every second, even if it refuses from the
//    start. Beyond the bounds the oldest one in memory that no sender has is given up first (Reason::shed).
// 3. While a sender has claimed a shot, no other sender of that route gets it, until finished() or
//    postpone(). Claims and due times live in memory: after a restart everything not finished is due.
// 4. New shots are sent before those that waited; see due_queue.h. Order and age do not depend on the time of
//    day, with one exception: the age of a shot from before the machine's start. Where the time of day cannot
//    be right (later than now, or long ago), a shot with a Shot::max_age has expired.
// 5. A shot that is too old (Shot::max_age, outbox.max_age) is not sent, and ends as Reason::expired. Beyond
//    outbox.max_bytes the oldest end as Reason::shed. Each is counted, reported to the listener, and logged.
// 6. A damaged file is set aside, and what can be read of it is copied to a new one; the rest ends as failed.
//    Until that is done (there may be no room for it) 2. applies.
// 7. One process at a time per file (flock on <path>.lock, freed by the system when the process ends).
// 8. No secret is stored: a shot holds none, and `why` comes redacted from the courier.
// 9. journal() keeps the best shots so far of tracks that are still open, in case this process or the machine
//    ends; those that an earlier run left there are sent as if they had been added. See journal.h.
// 10. A shot is handed out with what its receiver is to be told of the time of capture (domain::told_time,
//    clock_unset); one that was seen while this machine's clock was not set waits for that, up to 10 minutes.
//    See capture_time.h.
// Threads: thread-safe. Threads of the frame path must not call it: add() waits for the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/camera_key.h"
#include "domain/shot.h"
#include "memory/memory_manager.h"
#include "outbox/disk_writer.h"
#include "outbox/handout.h"
#include "outbox/intake.h"
#include "outbox/journal.h"
#include "outbox/listeners.h"
#include "outbox/outbox_options.h"
#include "outbox/outbox_state.h"
#include "outbox/pending_shot.h"
#include "outbox/shot_listener.h"
#include "status/outbox_status.h"

namespace vigia::outbox {

class Outbox {
 public:
  // routes: their names, plain words, at least one; the first is the primary one.
  // Errors: the path cannot be written, is no Vigia database, of a newer Vigia, or used by another process. A
  // disk that refuses now is not an error: see trouble().
  // memory: images that are read back are charged to vigia/outbox. Both must outlive the outbox.
  static Result<std::unique_ptr<Outbox>> open(const OutboxOptions& options, std::vector<std::string> routes,
                                              memory::MemoryManager& memory, Clock& clock,
                                              Replay replay = {});
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Sets the listener for shots that the outbox gives up itself on this route. Call it before the first add()
  // and take(); the listener must outlive them, and close(). The primary route's also gets recovered().
  void listen(const std::string& route, ShotListener& listener);

  // REQUIRES: shot.jpeg. Several in one call share one fsync. Error: they are in memory only for now (2.);
  // the log says so once, and there is nothing to do about it.
  Status add(const domain::Shot& shot) { return add({&shot, 1}); }
  // A shot replaces its track's row in the journal. ended: tracks that are over, also those without a shot:
  // the journal forgets them, each in the transaction in which its shot is written.
  Status add(std::span<const domain::Shot> shots, std::span<const EndedTrack> ended = {});

  // Stores the best shots so far of tracks that are still open; REQUIRES: the same thread as add(). They are
  // on disk when it returns, in one transaction, as outbox.durability says; a shot that the journal already
  // has costs nothing. There is no error: a shot for which there is no room, or which the disk refuses, is
  // counted, logged as in 2., and not kept: the caller offers what is then the best. Returns those that were
  // written.
  std::vector<domain::Shot> journal(std::span<const domain::Shot> shots);
  // True if journal() would write it; lets the caller skip the JPEG. False (and counted) while the disk
  // refuses.
  [[nodiscard]] bool is_wanted_in_journal(const TrackKey& track, UtcTime captured);

  // Waits for the route's next shot, at the earliest at `not_before` (a pause after failures), and claims it.
  // Nothing: a stop was requested, or the outbox drains and nothing is due now.
  // Errors: the shot's row cannot be read: it stays in the file and is tried again a minute later; invalid:
  // there is no such route.
  Result<std::optional<PendingShot>> take(const std::string& route, SteadyTime not_before,
                                          const std::stop_token& stop);

  // The receiver may have it from now on: the attempt counts as doubtful unless postpone() says otherwise.
  // This survives the end of the process, but not a power cut. Error: as of finished().
  Status begin(const PendingShot& shot);
  // Delivered, or given up for good. Error: the disk does not have that yet, and is tried again, as in 2. The
  // shot is not handed out again; only a crash before the disk has it sends it twice. While the disk refuses,
  // that also holds for a shot that is kept in memory, for which this is ok: the journal may have a row of
  // it, or a transaction whose sync failed.
  Status finished(const PendingShot& shot);
  // Not delivered: due again at `until`. Error: as above.
  Status postpone(const PendingShot& shot, const Postponement& postponement);

  // The route's receiver does not take this camera's shots: they stand aside, however many there are, and the
  // others are handed out as if they were not there. From `until` on one of them at a time is handed out, in
  // its turn; the next when that one is finished() or postponed, unless pause() or resume() came first. In
  // memory only: a restart resumes all.
  void pause(const std::string& route, const domain::CameraKey& camera, SteadyTime until);
  void resume(const std::string& route, const domain::CameraKey& camera);

  // Periodic work: gives up shots that are too old, tries a disk that refused. The other calls do it too;
  // call it about every second. It may wait for the disk; no other thread waits for it then.
  void tend();

  // From now on take() does not wait: senders end as soon as nothing is due. For a stop, after the last
  // add(). Shots that wait for a retry, or in the backlog, stay for the next start.
  void drain();
  // Call it after all senders have ended: writes the shots that are in memory only; those that the disk
  // refuses are lost, and reported as failed. The listeners are told nothing after it.
  void close();

  struct Pending {
    std::size_t shots = 0;
    Bytes bytes = 0;  // of their images
  };
  [[nodiscard]] Pending pending() const;  // on any route
  [[nodiscard]] Pending pending(const std::string& route) const;
  [[nodiscard]] status::OutboxStatus status() const;
  // Why shots are kept in memory only; nothing: the disk works.
  [[nodiscard]] std::optional<std::string> trouble() const;

 private:
  Outbox(const OutboxOptions& options, std::vector<std::string> routes, memory::MemoryManager& memory,
         Clock& clock, Replay replay);

  // In the order of their dependencies: each uses only those above it.
  OutboxState state_;
  Listeners listeners_;
  DiskWriter writer_;
  Intake intake_;
  Handout handout_;
};

}  // namespace vigia::outbox
