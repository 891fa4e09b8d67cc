// The part of Outbox besides adding and handing out: numbers, bounds, ages, and shots lost in an outage.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "outbox/outbox.h"

namespace vigia::outbox {
namespace {

// Ends that are handled at a time: the disk has to delete them, and other threads wait to write.
constexpr std::size_t kEndsAtOnce = 100;

Nanoseconds age_of(const domain::Shot& shot, SteadyTime now) {
  return shot.read_at ? std::max<Nanoseconds>(now - *shot.read_at, Nanoseconds::zero()) : Nanoseconds::zero();
}

}  // namespace

StoredShot Outbox::number(const domain::Shot& shot) {
  StoredShot one;
  one.id = ++last_id_;
  one.shot = shot;
  const Nanoseconds age = age_of(shot, clock_.now());
  one.seen = {.utc = clock_.utc_now() - std::chrono::duration_cast<UtcTime::duration>(age),
              .boot = clock_.boot_now()};
  one.seen.boot.since = std::max<Nanoseconds>(one.seen.boot.since - age, Nanoseconds::zero());
  return one;
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
  // Longer than any wait, and far below what a time point can hold.
  constexpr Nanoseconds kEver = std::chrono::hours(24 * 365 * 20);
  Nanoseconds limit = max_age.value_or(kEver);
  if (options_.max_age > 0) limit = std::min(limit, from_seconds(options_.max_age));
  return limit >= kEver ? SteadyTime::max() : clock_.now() + limit - std::min(age, kEver);
}

void Outbox::make_room_for(std::span<const domain::Shot> shots, Endings& endings) {
  if (options_.max_bytes <= 0) return;
  Bytes more = journal_.bytes();
  for (const domain::Shot& shot : shots) more += static_cast<Bytes>(shot.jpeg->bytes.size());
  while (waiting_.bytes() + more > options_.max_bytes) {
    auto oldest = waiting_.take_oldest();
    if (!oldest) return;  // senders have all that is left
    end(*std::move(oldest), domain::Reason::shed, endings);
  }
}

void Outbox::keep_in_memory(const StoredShot& shot, Endings& endings) {
  unsaved_.refused(static_cast<Bytes>(shot.shot.jpeg->bytes.size()));
  while (!unsaved_.keep(shot, false)) {
    if (shed_from_memory(endings)) continue;
    static_cast<void>(unsaved_.keep(shot, true));
    return;
  }
}

bool Outbox::shed_from_memory(Endings& endings) {
  for (const std::int64_t id : unsaved_.shots().ids()) {
    auto oldest = waiting_.take(id);
    if (!oldest) continue;
    ++unsaved_.outage().given_up;
    end(*std::move(oldest), domain::Reason::shed, endings);
    if (unsaved_.shots().find(id) == nullptr) return true;
  }
  return false;
}

void Outbox::tend() {
  save(When::due);
  Endings endings;
  {
    MutexLock lock(mutex_);
    tend(endings);
  }
  settle(std::move(endings));
}

void Outbox::tend(Endings& endings) {
  const SteadyTime now = clock_.now();
  for (TakenOut& out : waiting_.expire(now, kEndsAtOnce)) {
    end(std::move(out), domain::Reason::expired, endings);
  }
  expired_.log_if_due(now);
  shed_.log_if_due(now);
  unreadable_.log_if_due(now);
  no_room_in_journal_.log_if_due(now);
  // Found lost while the file was repaired.
  std::move(lost_shots_.begin(), lost_shots_.end(), std::back_inserter(endings));
  lost_shots_.clear();
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
    for (const RowChange& change : changes_of(ending.out)) unsaved_.apply(change);
  }
  endings.push_back(std::move(ending));
}

std::vector<RowChange> Outbox::changes_of(const TakenOut& out) const {
  if (out.whole) return {{.id = out.id, .what = RowChange::What::all_finished, .route = {}, .tries = {}}};
  std::vector<RowChange> changes;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if ((out.routes & route_bit(i)) == 0) continue;
    changes.push_back({.id = out.id, .what = RowChange::What::finished, .route = routes_[i], .tries = {}});
  }
  return changes;
}

void Outbox::settle(Endings endings) {
  std::vector<RowChange> changes;
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
  for (std::span<const RowChange> left = changes; !left.empty();) {
    const std::size_t some = std::min(left.size(), kEndsAtOnce);
    static_cast<void>(write(left.first(some)));  // changes that could not be written are tried again
    left = left.subspan(some);
  }
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
  save(When::now);
  Endings endings;
  {
    MutexLock lock(mutex_);
    tend(endings);
    const std::vector<std::int64_t> left = unsaved_.shots().ids();
    for (const std::int64_t id : left) {
      if (auto out = waiting_.take(id)) end(*std::move(out), std::nullopt, endings);
    }
    if (!left.empty()) {
      log::error("outbox {}: {} faces are lost: the disk never took them", options_.path, left.size());
    }
    expired_.log_rest();
    shed_.log_rest();
    unreadable_.log_rest();
    no_room_in_journal_.log_rest();
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

status::OutboxStatus Outbox::status() const {
  MutexLock lock(mutex_);
  status::OutboxStatus figures;
  for (std::size_t i = 0; i < routes_.size(); ++i) figures.routes.push_back({routes_[i], waiting_.size(i)});
  figures.shots = waiting_.size();
  figures.bytes = waiting_.bytes();
  figures.in_memory = unsaved_.shots().size();
  figures.shed = shed_.total();
  figures.expired = expired_.total();
  figures.lost = lost_;
  figures.in_journal = journal_.size();
  figures.journal_refused = journal_refused_;
  return figures;
}

std::optional<std::string> Outbox::trouble() const {
  MutexLock lock(mutex_);
  return unsaved_.in_outage() ? std::optional(unsaved_.outage().error.text) : std::nullopt;
}

std::optional<std::size_t> Outbox::index_of(const std::string& route) const {
  const auto found = std::find(routes_.begin(), routes_.end(), route);
  if (found == routes_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - routes_.begin());
}

}  // namespace vigia::outbox
