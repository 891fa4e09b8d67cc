#include "outbox/outbox.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

}  // namespace

Outbox::Outbox(const OutboxOptions& options, std::vector<std::string> routes, memory::MemoryManager& memory,
               Clock& clock, Replay replay)
    : options_(options),
      routes_(std::move(routes)),
      replay_(replay),
      clock_(clock),
      account_(memory.budget().open("vigia", memory::Kind::outbox)),
      disk_(std::make_unique<Disk>(options, routes_, account_, clock)),
      listeners_(routes_.size()),
      waiting_(routes_.size(), replay),
      unsaved_(account_, memory.budget().limit() / 4),
      expired_("faces were not delivered in time and are given up: see max_event_age and outbox.max_age"),
      shed_("faces are given up, the oldest first: no room; see outbox.max_bytes and the disk"),
      unreadable_("waiting faces could not be read back; each is tried again a minute later"),
      no_room_in_journal_(
          "times the best shot so far of a person in view was not kept on disk: no room in "
          "the journal; see outbox.max_bytes"),
      woken_(routes_.size()) {}

Outbox::~Outbox() {
  save(When::now);
}

void Outbox::listen(const std::string& route, ShotListener& listener) {
  const auto index = index_of(route);
  if (!index) return;
  listeners_.at(*index) = &listener;
  if (*index == 0) tell_of_recovered(std::exchange(recovered_, {}));
}

Status Outbox::add(std::span<const domain::Shot> shots, std::span<const EndedTrack> ended) {
  Endings endings;
  std::vector<StoredShot> stored;
  std::vector<RowChange> gone;
  Status kept;
  unsigned generation = 0;
  {
    MutexLock lock(mutex_);
    tend(endings);
    for (const domain::Shot& shot : shots) {
      StoredShot& one = stored.emplace_back(number(shot));
      for (const std::string& route : routes_) one.owed.push_back({.route = route, .tries = {}});
    }
    gone = replace_in_journal(stored, ended);
    make_room_for(shots, endings);
    kept = saved();
    generation = disk_->generation();
  }
  settle(std::exchange(endings, {}));
  if (!gone.empty()) static_cast<void>(write(gone));  // changes that could not be written are tried again
  if (stored.empty()) return ok_status();
  const bool asked = kept.ok();
  if (asked) kept = disk_->insert(stored);
  {
    MutexLock lock(mutex_);
    if (!kept) begin_outage(kept.error(), asked, generation);
    for (const StoredShot& shot : stored) {
      register_shot(shot);
      if (!kept) keep_in_memory(shot, endings);
    }
    for (std::size_t i = 0; i < routes_.size(); ++i) wake_senders(i);
  }
  settle(std::move(endings));
  if (kept) return kept;
  // Senders have them already. A damaged file is repaired at once.
  save(When::due);
  MutexLock lock(mutex_);
  return saved();
}

Result<std::optional<PendingShot>> Outbox::take(const std::string& route, SteadyTime not_before,
                                                const std::stop_token& stop) {
  const auto index = index_of(route);
  if (!index) return Error{ErrorCode::invalid, "outbox: there is no route " + route};
  while (!stop.stop_requested()) {
    Endings endings;
    NextShot turn;
    {
      MutexLock lock(mutex_);
      turn = next_turn(*index, not_before, endings);
    }
    settle(std::move(endings));
    if (turn.claimed) {
      auto taken = fetch(*index, std::move(turn));
      if (!taken || *taken) return taken;
      continue;  // its row was gone
    }
    if (turn.ended) break;
    save(When::due);
    const std::stop_callback stopped(stop, [&turn] { turn.woken.request_stop(); });
    clock_.sleep_until(turn.until, turn.woken.get_token());
  }
  return std::optional<PendingShot>();
}

Outbox::NextShot Outbox::next_turn(std::size_t route, SteadyTime not_before, Endings& endings) {
  tend(endings);
  std::stop_source& woken = woken_.at(route);
  if (woken.stop_requested())
    woken = std::stop_source();  // a stopped sender has requested it; sleepers need a fresh one
  const SteadyTime now = clock_.now();
  NextShot turn{.claimed = {}, .kept = {}, .note = {}, .ended = false, .until = not_before, .woken = woken};
  if (not_before <= now) {
    std::vector<TakenOut> expired;
    turn.claimed = waiting_.claim(route, now, expired);
    for (TakenOut& out : expired) end(std::move(out), domain::Reason::expired, endings);
    turn.until = std::min(waiting_.next_due(route, now).value_or(SteadyTime::max()), now + 1h);
  }
  turn.until = std::min(turn.until, waiting_.next_expiry());
  // A thread that is in save() now wakes no sender, and need not: it goes on with what has come meanwhile.
  if (unsaved_.in_outage() && !saving_) turn.until = std::min(turn.until, unsaved_.outage().next_try);
  turn.ended = draining_ && !turn.claimed;
  if (!turn.claimed) return turn;
  turn.deadline = waiting_.deadline_of(*turn.claimed);
  if (const StoredShot* const kept = unsaved_.shots().find(*turn.claimed)) turn.kept = *kept;
  if (const Tries* const note = unsaved_.note_of(*turn.claimed, routes_.at(route))) turn.note = *note;
  return turn;
}

Result<std::optional<PendingShot>> Outbox::fetch(std::size_t route, NextShot turn) {
  const std::int64_t id = *turn.claimed;
  const auto stored = turn.kept ? Result(std::move(turn.kept)) : read(id);
  if (!stored) {
    MutexLock lock(mutex_);
    waiting_.postpone(route, id, clock_.now() + 1min);
    unreadable_.add(1, clock_.now(), stored.error().text);
    return stored.error();
  }
  if (!*stored) {
    Endings endings;
    {
      MutexLock lock(mutex_);
      if (auto out = waiting_.finish(route, id)) end(*std::move(out), std::nullopt, endings);
    }
    settle(std::move(endings));
    return std::optional<PendingShot>();
  }
  PendingShot pending{.id = id, .route = routes_.at(route), .shot = (*stored)->shot};
  pending.shot.deadline = turn.deadline;
  for (const Owed& owed : (*stored)->owed) {
    if (owed.route != pending.route) continue;
    const Tries& tries = turn.note && !turn.kept ? *turn.note : owed.tries;
    const int cut_short = tries.begun ? 1 : 0;
    pending.attempts = tries.attempts + cut_short;
    pending.doubtful = tries.doubtful + cut_short;
    pending.errors = tries.errors;
  }
  return std::optional(std::move(pending));
}

Result<std::optional<StoredShot>> Outbox::read(std::int64_t id) {
  const unsigned generation = disk_->generation();
  auto stored = disk_->read(id, Disk::Part::whole);
  if (stored || stored.error().code != ErrorCode::damaged) return stored;
  {
    MutexLock lock(mutex_);
    unsaved_.begin_outage(stored.error(), generation, clock_.now());
  }
  save(When::due);
  if (disk_->generation() == generation) return stored;
  return disk_->read(id, Disk::Part::whole);
}

Status Outbox::begin(const PendingShot& shot) {
  const RowChange change{.id = shot.id,
                         .what = RowChange::What::tried,
                         .route = shot.route,
                         .tries = {.attempts = shot.attempts,
                                   .doubtful = shot.doubtful,
                                   .errors = shot.errors,
                                   .begun = true,
                                   .why = {}}};
  {
    MutexLock lock(mutex_);
    if (unsaved_.shots().find(shot.id) != nullptr) {
      unsaved_.apply(change);
      return ok_status();
    }
  }
  return write({&change, 1}, Disk::Sync::never);
}

Status Outbox::finished(const PendingShot& shot) {
  const RowChange change{.id = shot.id, .what = RowChange::What::finished, .route = shot.route, .tries = {}};
  {
    MutexLock lock(mutex_);
    const auto index = index_of(shot.route);
    if (!index || !waiting_.finish(*index, shot.id)) return ok_status();
    if (unsaved_.shots().find(shot.id) != nullptr) {
      unsaved_.apply(change);
      return ok_status();
    }
  }
  return write({&change, 1});
}

Status Outbox::postpone(const PendingShot& shot, const Postponement& postponement) {
  const RowChange change{.id = shot.id,
                         .what = RowChange::What::tried,
                         .route = shot.route,
                         .tries = {.attempts = shot.attempts + 1,
                                   .doubtful = shot.doubtful + (postponement.doubtful ? 1 : 0),
                                   .errors = shot.errors + (postponement.error ? 1 : 0),
                                   .begun = false,
                                   .why = postponement.why}};
  const auto index = index_of(shot.route);
  if (!index) return ok_status();
  bool in_memory = false;
  {
    MutexLock lock(mutex_);
    in_memory = unsaved_.shots().find(shot.id) != nullptr;
    if (in_memory) unsaved_.apply(change);
  }
  // Written first, so that the next sender that gets it reads how often it failed.
  Status written = in_memory ? ok_status() : write({&change, 1});
  MutexLock lock(mutex_);
  waiting_.postpone(*index, shot.id, postponement.until);
  wake_senders(*index);  // a sender may sleep for longer than until this shot's time
  return written;
}

void Outbox::drain() {
  MutexLock lock(mutex_);
  draining_ = true;
  for (std::size_t i = 0; i < routes_.size(); ++i) wake_senders(i);
}

// Requests run no code of ours under the lock: the sleeping threads only wake.
void Outbox::wake_senders(std::size_t route) {
  woken_.at(route).request_stop();
  woken_.at(route) = std::stop_source();
}

}  // namespace vigia::outbox
