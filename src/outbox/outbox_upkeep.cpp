// Outbox, what it does besides adding and handing out: numbers, bounds, ages, and a disk that refuses.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "outbox/outbox.h"

namespace vigia::outbox {
namespace {

Nanoseconds age_of(const domain::Shot& shot, SteadyTime now) {
  return shot.read_at ? std::max<Nanoseconds>(now - *shot.read_at, Nanoseconds::zero()) : Nanoseconds::zero();
}

}  // namespace

std::vector<StoredShot> Outbox::number(std::span<const domain::Shot> shots) {
  std::vector<StoredShot> stored;
  for (const domain::Shot& shot : shots) {
    StoredShot& one = stored.emplace_back();
    one.id = ++last_id_;
    one.shot = shot;
    const Nanoseconds age = age_of(shot, clock_.now());
    one.seen = clock_.utc_now() - std::chrono::duration_cast<UtcTime::duration>(age);
    for (const std::string& route : routes_) one.owed.push_back({.route = route});
  }
  return stored;
}

void Outbox::register_shot(const StoredShot& stored) {
  const domain::Shot& shot = stored.shot;
  const SteadyTime now = clock_.now();
  waiting_.add({.id = stored.id,
                .bytes = static_cast<Bytes>(shot.jpeg->bytes.size()),
                .deadline = deadline_of(shot.max_age, age_of(shot, now)),
                .routes = static_cast<RouteSet>(route_bit(routes_.size()) - 1),
                .camera = shot.camera},
               now);
}

SteadyTime Outbox::deadline_of(std::optional<Nanoseconds> max_age, Nanoseconds age) const {
  // Longer than anybody waits, and far from what a time point can hold.
  constexpr Nanoseconds kEver = std::chrono::hours(24 * 365 * 20);
  Nanoseconds limit = max_age.value_or(kEver);
  if (options_.max_age > 0) limit = std::min(limit, from_seconds(options_.max_age));
  return limit >= kEver ? SteadyTime::max() : clock_.now() + limit - std::min(age, kEver);
}

void Outbox::make_room_for(std::span<const domain::Shot> shots, Endings& endings) {
  if (options_.max_bytes <= 0) return;
  Bytes more = 0;
  for (const domain::Shot& shot : shots) more += static_cast<Bytes>(shot.jpeg->bytes.size());
  while (waiting_.bytes() + more > options_.max_bytes) {
    auto oldest = waiting_.take_oldest();
    if (!oldest) return;  // senders have all that is left
    end(*std::move(oldest), domain::Reason::shed, endings);
  }
}

void Outbox::keep_in_memory(const StoredShot& shot, Endings& endings) {
  while (!unsaved_.shots().add(shot, false)) {
    if (shed_from_memory(endings)) continue;
    static_cast<void>(unsaved_.shots().add(shot, true));
    return;
  }
}

bool Outbox::shed_from_memory(Endings& endings) {
  for (const std::int64_t id : unsaved_.shots().ids()) {
    auto oldest = waiting_.take(id);
    if (!oldest) continue;
    ++unsaved_.trouble().given_up;
    end(*std::move(oldest), domain::Reason::shed, endings);
    if (unsaved_.shots().find(id) == nullptr) return true;
  }
  return false;
}

void Outbox::tend() {
  Endings endings;
  {
    MutexLock lock(mutex_);
    tend(endings);
  }
  settle(std::move(endings));
}

void Outbox::tend(Endings& endings) {
  const SteadyTime now = clock_.now();
  for (TakenOut& out : waiting_.expire(now)) end(std::move(out), domain::Reason::expired, endings);
  expired_.say(now);
  shed_.say(now);
  save_unsaved();
  // Found lost while the disk was mended.
  std::move(lost_shots_.begin(), lost_shots_.end(), std::back_inserter(endings));
  lost_shots_.clear();
}

void Outbox::save_unsaved() {
  const SteadyTime now = clock_.now();
  if (!unsaved_.in_trouble() || now < unsaved_.trouble().next_try) return;
  const Status saved = try_to_save();
  if (saved) {
    unsaved_.resolved(clock_.now());
  } else {
    unsaved_.trouble().next_try = now + Unsaved::kAskAgain;
    log::debug("{}", saved.error().text);
  }
}

// Under the lock, so that nobody changes meanwhile what is being written.
Status Outbox::try_to_save() {
  constexpr std::size_t kAtOnce = 16;
  const auto with_mending = [this](const auto& call) REQUIRES(mutex_) {
    const unsigned generation = disk_->generation();
    Status done = call();
    if (done || done.error().code != ErrorCode::damaged || !mend(generation, done.error())) return done;
    return call();
  };
  disk_->make_room();
  if (const std::vector<Change> changes = unsaved_.changes(); !changes.empty()) {
    if (Status done = with_mending([&] { return disk_->apply(changes); }); !done) return done;
    unsaved_.changes_written();
  }
  while (unsaved_.shots().size() > 0) {
    const std::vector<StoredShot> some = unsaved_.shots().oldest(kAtOnce);
    if (Status done = with_mending([&] { return disk_->insert(some); }); !done) return done;
    for (const StoredShot& shot : some) unsaved_.shots().remove(shot.id);
    unsaved_.trouble().written += some.size();
  }
  return ok_status();
}

Status Outbox::write(std::span<const Change> changes) {
  unsigned generation = 0;
  bool asked = false;
  {
    MutexLock lock(mutex_);
    asked = !unsaved_.in_trouble();
    generation = disk_->generation();
  }
  Status done = asked ? disk_->apply(changes) : ok_status();
  if (asked && done) return done;
  MutexLock lock(mutex_);
  if (!done && done.error().code == ErrorCode::damaged && mend(generation, done.error())) asked = false;
  if (!asked && !unsaved_.in_trouble()) done = disk_->apply(changes);
  if (!asked && unsaved_.in_trouble()) done = Error{ErrorCode::io, unsaved_.trouble().text};
  if (done) return done;
  unsaved_.begin_trouble(done.error().text, clock_.now());
  for (const Change& change : changes) unsaved_.note(change);
  return done;
}

bool Outbox::mend(unsigned generation, const Error& error) {
  std::vector<std::int64_t> known;  // those that should be in the file
  for (const std::int64_t id : waiting_.ids()) {
    if (unsaved_.shots().find(id) == nullptr) known.push_back(id);
  }
  auto renewal = disk_->renew(generation, known);
  if (!renewal) {
    log::error("{}", renewal.error().text);
    return false;
  }
  if (!*renewal) return true;
  const Carried& carried = (*renewal)->carried;
  for (const std::int64_t id : known) {
    if (std::binary_search(carried.ids.begin(), carried.ids.end(), id)) continue;
    if (auto out = waiting_.take(id)) end(*std::move(out), std::nullopt, lost_shots_);
  }
  log::error("{}; set aside as {}, a new one is begun: {} waiting shots carried over, {} could not be read",
             error.text, (*renewal)->aside, carried.ids.size(), carried.unreadable);
  return true;
}

void Outbox::end(TakenOut out, std::optional<domain::Reason> reason, Endings& endings) {
  if (!reason) {
    ++lost_;
  } else {
    (*reason == domain::Reason::expired ? expired_ : shed_).add(1, clock_.now());
  }
  Ending ending{.out = std::move(out), .reason = reason, .shot = {}};
  if (const StoredShot* const kept = unsaved_.shots().find(ending.out.id)) {
    ending.shot = kept->shot;
    ending.shot->jpeg.reset();
    for (const Change& change : changes_of(ending.out)) unsaved_.shots().apply(change);
  }
  endings.push_back(std::move(ending));
}

std::vector<Change> Outbox::changes_of(const TakenOut& out) const {
  if (out.whole) return {{.id = out.id, .what = Change::What::all_finished}};
  std::vector<Change> changes;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if ((out.routes & route_bit(i)) == 0) continue;
    changes.push_back({.id = out.id, .what = Change::What::finished, .route = routes_[i]});
  }
  return changes;
}

void Outbox::settle(Endings endings) {
  std::vector<Change> changes;
  for (Ending& ending : endings) {
    domain::Shot shot;
    shot.camera = ending.out.camera;
    if (ending.shot) {
      shot = *std::move(ending.shot);
    } else {
      const auto stored = ending.reason ? disk_->read(ending.out.id, Disk::Part::without_image)
                                        : Result<std::optional<StoredShot>>(std::nullopt);
      if (stored && *stored) shot = (*stored)->shot;
      std::ranges::move(changes_of(ending.out), std::back_inserter(changes));
    }
    tell(ending, shot);
  }
  if (!changes.empty()) static_cast<void>(write(changes));  // what could not be written is tried again
}

void Outbox::tell(const Ending& ending, const domain::Shot& shot) {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if ((ending.out.routes & route_bit(i)) == 0 || listeners_[i] == nullptr) continue;
    if (!ending.reason) {
      listeners_[i]->failed(shot, "the outbox could not keep it");
    } else {
      listeners_[i]->refused(shot, *ending.reason,
                             *ending.reason == domain::Reason::expired ? "not delivered in time" : "no room");
    }
  }
}

void Outbox::close() {
  Endings endings;
  {
    MutexLock lock(mutex_);
    tend(endings);
    if (unsaved_.in_trouble() && try_to_save()) unsaved_.resolved(clock_.now());
    const std::vector<std::int64_t> left = unsaved_.shots().ids();
    for (const std::int64_t id : left) {
      if (auto out = waiting_.take(id)) end(*std::move(out), std::nullopt, endings);
    }
    if (!left.empty()) {
      log::error("outbox {}: {} faces are lost: the disk never took them", options_.path, left.size());
    }
    expired_.say_rest();
    shed_.say_rest();
  }
  settle(std::move(endings));
}

Outbox::Pending Outbox::pending() const {
  MutexLock lock(mutex_);
  return {.shots = waiting_.size(), .bytes = waiting_.bytes()};
}

Outbox::Pending Outbox::pending(const std::string& route) const {
  const auto index = index_of(route);
  if (!index) return {};
  MutexLock lock(mutex_);
  return {.shots = waiting_.size(*index), .bytes = waiting_.bytes(*index)};
}

OutboxFigures Outbox::figures() const {
  MutexLock lock(mutex_);
  OutboxFigures figures;
  for (std::size_t i = 0; i < routes_.size(); ++i) figures.routes.push_back({routes_[i], waiting_.size(i)});
  figures.shots = waiting_.size();
  figures.bytes = waiting_.bytes();
  figures.in_memory = unsaved_.shots().size();
  figures.shed = shed_.total();
  figures.expired = expired_.total();
  figures.lost = lost_;
  return figures;
}

std::optional<std::size_t> Outbox::index_of(const std::string& route) const {
  const auto found = std::find(routes_.begin(), routes_.end(), route);
  if (found == routes_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - routes_.begin());
}

}  // namespace vigia::outbox
