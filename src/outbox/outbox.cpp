#include "outbox/outbox.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

// What a sender in trouble with the disk is told; the log has said it.
Error not_written(const std::string& why) {
  return {ErrorCode::io, why + " (kept in memory, tried again)"};
}

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::open(const OutboxOptions& options, std::vector<std::string> routes,
                                             memory::MemoryManager& memory, Clock& clock, Replay replay) {
  auto account = memory.budget().open("vigia", memory::Kind::outbox);
  auto disk = Disk::open(options, routes, account, clock);
  if (!disk) return disk.error();
  std::unique_ptr<Outbox> outbox(  // NOLINT: private constructor
      new Outbox(options, std::move(routes), Unsaved(std::move(account), memory.budget().limit() / 4), clock,
                 replay));
  outbox->disk_ = *std::move(disk);
  MutexLock lock(outbox->mutex_);
  if (Status loaded = outbox->load(); !loaded) return loaded.error();
  return outbox;
}

Outbox::Outbox(const OutboxOptions& options, std::vector<std::string> routes, Unsaved unsaved, Clock& clock,
               Replay replay)
    : options_(options),
      routes_(std::move(routes)),
      replay_(replay),
      clock_(clock),
      listeners_(routes_.size()),
      waiting_(routes_.size(), replay),
      unsaved_(std::move(unsaved)),
      expired_("faces were not delivered in time and are given up: see max_event_age and outbox.max_age"),
      shed_("faces are given up, the oldest first: no room; see outbox.max_bytes and the disk"),
      woken_(routes_.size()) {}

Outbox::~Outbox() {
  MutexLock lock(mutex_);
  if (unsaved_.in_trouble()) static_cast<void>(try_to_save());
}

Status Outbox::load() {
  for (bool mended = false;; mended = true) {
    WaitingShots waiting(routes_.size(), replay_);
    std::map<std::string, std::size_t> others;
    const unsigned generation = disk_->generation();
    const Result<std::int64_t> highest =
        disk_->load([&](const RowHead& head) { waiting.add(from_file(head, others), std::nullopt); });
    if (!highest) {
      if (mended || highest.error().code != ErrorCode::damaged || !mend(generation, highest.error())) {
        return highest.error();
      }
      continue;
    }
    waiting_ = std::move(waiting);
    last_id_ = *highest;
    std::string texts;
    for (const auto& [name, shots] : others) {
      texts += fmt::format("{}{} for {}", texts.empty() ? "" : ", ", shots, name);
    }
    if (!texts.empty()) {
      log::warn(
          "outbox {}: deliveries wait for receivers that are not set any more: {}; they stay until these "
          "are set again, or outbox.max_age or outbox.max_bytes ends them",
          options_.path, texts);
    }
    return ok_status();
  }
}

WaitingShots::New Outbox::from_file(const RowHead& head, std::map<std::string, std::size_t>& others) const {
  RouteSet routes = 0;
  for (const std::string& name : head.routes) {
    const auto index = index_of(name);
    routes = static_cast<RouteSet>(routes | (index ? route_bit(*index) : kOtherRoutes));
    if (!index) ++others[name];
  }
  const Nanoseconds age = std::max<Nanoseconds>(clock_.utc_now() - head.seen, Nanoseconds::zero());
  return {.id = head.id,
          .bytes = head.bytes,
          .deadline = deadline_of(head.max_age, age),
          .routes = routes,
          .camera = head.camera};
}

void Outbox::listen(const std::string& route, DeliveryListener& listener) {
  if (const auto index = index_of(route)) listeners_.at(*index) = &listener;
}

Status Outbox::add(std::span<const domain::Shot> shots) {
  Endings endings;
  std::vector<StoredShot> stored;
  bool asked = false;
  unsigned generation = 0;
  {
    MutexLock lock(mutex_);
    tend(endings);
    make_room_for(shots, endings);
    stored = number(shots);
    asked = !unsaved_.in_trouble();
    generation = disk_->generation();
  }
  settle(std::exchange(endings, {}));
  Status kept = asked ? disk_->insert(stored) : ok_status();
  {
    MutexLock lock(mutex_);
    if (!kept && kept.error().code == ErrorCode::damaged && mend(generation, kept.error())) asked = false;
    if (!asked) kept = unsaved_.in_trouble() ? not_written(unsaved_.trouble().text) : disk_->insert(stored);
    if (!kept) unsaved_.begin_trouble(kept.error().text, clock_.now());
    for (const StoredShot& shot : stored) {
      register_shot(shot);
      if (!kept) keep_in_memory(shot, endings);
    }
    for (std::size_t i = 0; i < routes_.size(); ++i) wake_senders(i);
  }
  settle(std::move(endings));
  return kept;
}

Result<std::optional<PendingShot>> Outbox::take(const std::string& route, SteadyTime not_before,
                                                const std::stop_token& stop) {
  const auto index = index_of(route);
  if (!index) return Error{ErrorCode::invalid, "outbox: there is no route " + route};
  while (!stop.stop_requested()) {
    Endings endings;
    Turn turn;
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
    const std::stop_callback stopped(stop, [&turn] { turn.woken.request_stop(); });
    clock_.sleep_until(turn.until, turn.woken.get_token());
  }
  return std::optional<PendingShot>();
}

Outbox::Turn Outbox::next_turn(std::size_t route, SteadyTime not_before, Endings& endings) {
  tend(endings);
  std::stop_source& woken = woken_.at(route);
  if (woken.stop_requested()) woken = std::stop_source();  // a sender that was stopped used it up
  const SteadyTime now = clock_.now();
  Turn turn{.claimed = {}, .known = {}, .ended = false, .until = not_before, .woken = woken};
  if (not_before <= now) {
    std::vector<TakenOut> expired;
    turn.claimed = waiting_.claim(route, now, expired);
    for (TakenOut& out : expired) end(std::move(out), domain::Reason::expired, endings);
    turn.until = std::min(waiting_.next_due(route, now).value_or(SteadyTime::max()), now + 1h);
  }
  turn.until = std::min(turn.until, waiting_.next_expiry());
  if (unsaved_.in_trouble()) turn.until = std::min(turn.until, unsaved_.trouble().next_try);
  turn.ended = draining_ && !turn.claimed;
  if (!turn.claimed) return turn;
  turn.deadline = waiting_.deadline_of(*turn.claimed);
  if (const StoredShot* const kept = unsaved_.shots().find(*turn.claimed)) {
    turn.known = std::optional(*kept);
  } else if (unsaved_.has_note_of(*turn.claimed)) {  // the row and the note belong together
    turn.known = disk_->read(*turn.claimed, Disk::Part::whole);
    if (!*turn.known || !**turn.known) return turn;
    for (Owed& owed : (*turn.known)->value().owed) unsaved_.add_notes(*turn.claimed, owed);
  }
  return turn;
}

Result<std::optional<PendingShot>> Outbox::fetch(std::size_t route, Turn turn) {
  const std::int64_t id = *turn.claimed;
  const auto stored = turn.known ? *std::move(turn.known) : read(id, Disk::Part::whole);
  if (!stored) {
    MutexLock lock(mutex_);
    waiting_.postpone(route, id, clock_.now() + 1min);
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
    pending.attempts = owed.attempts;
    pending.doubtful = owed.doubtful;
  }
  return std::optional(std::move(pending));
}

Result<std::optional<StoredShot>> Outbox::read(std::int64_t id, Disk::Part part) {
  const unsigned generation = disk_->generation();
  auto stored = disk_->read(id, part);
  if (stored || stored.error().code != ErrorCode::damaged) return stored;
  MutexLock lock(mutex_);
  return mend(generation, stored.error()) ? disk_->read(id, part) : stored;
}

Status Outbox::finished(const PendingShot& shot) {
  const Change change{.id = shot.id, .what = Change::What::finished, .route = shot.route};
  {
    MutexLock lock(mutex_);
    const auto index = index_of(shot.route);
    if (!index || !waiting_.finish(*index, shot.id)) return ok_status();
    if (unsaved_.shots().find(shot.id) != nullptr) {
      unsaved_.shots().apply(change);
      return ok_status();
    }
  }
  return write({&change, 1});
}

Status Outbox::postpone(const PendingShot& shot, const Postponement& postponement) {
  const Change change{.id = shot.id,
                      .what = Change::What::failed,
                      .route = shot.route,
                      .attempts = 1,
                      .doubtful = postponement.doubtful ? 1 : 0,
                      .why = postponement.why};
  {
    MutexLock lock(mutex_);
    const auto index = index_of(shot.route);
    if (!index) return ok_status();
    if (unsaved_.shots().find(shot.id) != nullptr) {
      unsaved_.shots().apply(change);
      waiting_.postpone(*index, shot.id, postponement.until);
      wake_senders(*index);  // somebody may sleep for longer than until this one's time
      return ok_status();
    }
  }
  // Written first: whoever gets it next shall read how often it failed.
  Status written = write({&change, 1});
  MutexLock lock(mutex_);
  if (const auto index = index_of(shot.route)) {
    waiting_.postpone(*index, shot.id, postponement.until);
    wake_senders(*index);
  }
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
