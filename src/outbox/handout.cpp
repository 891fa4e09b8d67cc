#include "outbox/handout.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "outbox/capture_time.h"

namespace vigia::outbox {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

Result<std::optional<PendingShot>> Handout::take(const std::string& route, SteadyTime not_before,
                                                 const std::stop_token& stop) {
  const auto index = state_.index_of(route);
  if (!index) return Error{ErrorCode::invalid, "outbox: there is no route " + route};
  while (!stop.stop_requested()) {
    Endings endings;
    Next next;
    {
      MutexLock lock(state_.mutex);
      next = claim_next(*index, not_before, endings);
    }
    writer_.settle(std::move(endings));
    if (next.claimed) {
      auto taken = fetch(*index, std::move(next));
      if (!taken || *taken) return taken;
      continue;  // its row was gone
    }
    if (next.ended) break;
    writer_.save(DiskWriter::When::due);
    const std::stop_callback stopped(stop, [&next] { next.wake.request_stop(); });
    state_.clock.sleep_until(next.until, next.wake.get_token());
  }
  return std::optional<PendingShot>();
}

Handout::Next Handout::claim_next(std::size_t route, SteadyTime not_before, Endings& endings) {
  state_.losses.tend(endings);
  state_.watch_clock();
  std::stop_source& wake = state_.wake.at(route);
  // A sender that was stopped has requested this one, and a source stays requested: sleepers need a new one.
  if (wake.stop_requested()) wake = std::stop_source();
  const SteadyTime now = state_.clock.now();
  Next next{.claimed = {}, .kept = {}, .note = {}, .ended = false, .until = not_before, .wake = wake};
  if (not_before <= now) {
    std::vector<TakenOut> expired;
    next.claimed = state_.waiting.claim(route, now, expired);
    for (TakenOut& out : expired) state_.losses.end(std::move(out), domain::Reason::expired, endings);
    next.until = std::min(state_.waiting.next_due(route, now).value_or(SteadyTime::max()), now + 1h);
  }
  next.until = std::min(next.until, state_.waiting.next_expiry());
  // While another thread is in save(), nobody has to wake for the next try: that thread writes what comes
  // meanwhile, too.
  if (state_.unsaved.in_outage() && !state_.saving) {
    next.until = std::min(next.until, state_.unsaved.outage().next_try);
  }
  next.ended = state_.draining && !next.claimed;
  if (!next.claimed) return next;
  next.deadline = state_.waiting.deadline_of(*next.claimed);
  if (const StoredShot* const kept = state_.unsaved.shots().find(*next.claimed)) next.kept = *kept;
  const Tries* const note = state_.unsaved.note_of(*next.claimed, state_.routes.at(route));
  if (note != nullptr) next.note = *note;
  return next;
}

Result<std::optional<PendingShot>> Handout::fetch(std::size_t route, Next next) {
  const std::int64_t id = *next.claimed;
  const bool was_kept = next.kept.has_value();
  const auto stored = was_kept ? Result(std::move(next.kept)) : read(id);
  if (!stored) {
    MutexLock lock(state_.mutex);
    state_.waiting.postpone(route, id, state_.clock.now() + 1min);
    state_.losses.add_unreadable(stored.error().text);
    return stored.error();
  }
  if (!*stored) {
    Endings endings;
    {
      MutexLock lock(state_.mutex);
      auto out = state_.waiting.finish(route, id);
      if (out) state_.losses.end(*std::move(out), std::nullopt, endings);
    }
    writer_.settle(std::move(endings));
    return std::optional<PendingShot>();
  }
  PendingShot pending{.id = id, .route = state_.routes.at(route), .shot = (*stored)->shot};
  pending.shot.deadline = next.deadline;
  tell_time(pending.shot, (*stored)->seen, state_.clock);
  for (const Owed& owed : (*stored)->owed) {
    if (owed.route != pending.route) continue;
    const Tries& tries = next.note && !was_kept ? *next.note : owed.tries;
    const int cut_short = tries.begun ? 1 : 0;
    pending.attempts = tries.attempts + cut_short;
    pending.doubtful = tries.doubtful + cut_short;
    pending.errors = tries.errors;
  }
  return std::optional(std::move(pending));
}

Result<std::optional<StoredShot>> Handout::read(std::int64_t id) {
  const unsigned generation = state_.disk.generation();
  auto stored = state_.disk.read(id, Disk::Part::whole);
  if (stored || stored.error().code != ErrorCode::damaged) return stored;
  {
    MutexLock lock(state_.mutex);
    state_.begin_outage(stored.error(), true, generation);
  }
  writer_.save(DiskWriter::When::due);
  if (state_.disk.generation() == generation) return stored;
  return state_.disk.read(id, Disk::Part::whole);
}

bool Handout::apply_in_memory(const RowChange& change) {
  if (state_.unsaved.shots().find(change.id) == nullptr) return false;
  state_.unsaved.apply(change);
  return true;
}

Status Handout::begin(const PendingShot& shot) {
  const RowChange change{.id = shot.id,
                         .what = RowChange::What::tried,
                         .route = shot.route,
                         .tries = {.attempts = shot.attempts,
                                   .doubtful = shot.doubtful,
                                   .errors = shot.errors,
                                   .begun = true,
                                   .why = {}}};
  {
    MutexLock lock(state_.mutex);
    if (apply_in_memory(change)) return ok_status();
  }
  return writer_.write({&change, 1}, Disk::Sync::never);
}

Status Handout::finished(const PendingShot& shot) {
  const RowChange change{.id = shot.id, .what = RowChange::What::finished, .route = shot.route, .tries = {}};
  {
    MutexLock lock(state_.mutex);
    const auto index = state_.index_of(shot.route);
    if (!index || !state_.waiting.finish(*index, shot.id)) return ok_status();
    if (apply_in_memory(change)) return ok_status();
  }
  return writer_.write({&change, 1});
}

Status Handout::postpone(const PendingShot& shot, const Postponement& postponement) {
  const RowChange change{.id = shot.id,
                         .what = RowChange::What::tried,
                         .route = shot.route,
                         .tries = {.attempts = shot.attempts + 1,
                                   .doubtful = shot.doubtful + (postponement.doubtful ? 1 : 0),
                                   .errors = shot.errors + (postponement.error ? 1 : 0),
                                   .begun = false,
                                   .why = postponement.why}};
  const auto index = state_.index_of(shot.route);
  if (!index) return ok_status();
  bool in_memory = false;
  {
    MutexLock lock(state_.mutex);
    in_memory = apply_in_memory(change);
  }
  // Written before it is due again, so that the next sender reads how often it failed.
  Status written = in_memory ? ok_status() : writer_.write({&change, 1});
  MutexLock lock(state_.mutex);
  state_.waiting.postpone(*index, shot.id, postponement.until);
  state_.wake_senders(*index);  // a sender may sleep for longer than until this shot's time
  return written;
}

void Handout::pause(const std::string& route, const domain::CameraKey& camera, SteadyTime until) {
  const auto index = state_.index_of(route);
  if (!index) return;
  MutexLock lock(state_.mutex);
  state_.waiting.pause(*index, camera, until);
  state_.wake_senders(*index);  // the time may be sooner than what they sleep for
}

void Handout::resume(const std::string& route, const domain::CameraKey& camera) {
  const auto index = state_.index_of(route);
  if (!index) return;
  MutexLock lock(state_.mutex);
  state_.waiting.resume(*index, camera);
  state_.wake_senders(*index);
}

void Handout::drain() {
  MutexLock lock(state_.mutex);
  state_.draining = true;
  state_.wake_senders();
}

}  // namespace vigia::outbox
