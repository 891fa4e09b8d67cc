#include "outbox/waiting_shots.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace vigia::outbox {

using std::chrono_literals::operator""s;

void WaitingShots::add(const New& shot, std::optional<SteadyTime> live_since) {
  const Bytes bytes = std::min<Bytes>(shot.bytes, std::numeric_limits<std::uint32_t>::max());
  const DueQueue::CameraNumber camera = number_of(shot.camera);
  entries_.emplace(shot.id, Entry{.deadline = shot.deadline,
                                  .added = live_since.value_or(SteadyTime::min()),
                                  .bytes = static_cast<std::uint32_t>(bytes),
                                  .routes = shot.routes,
                                  .camera = camera});
  bytes_ += bytes;
  first_deadline_ = std::min(first_deadline_, shot.deadline);
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    if ((shot.routes & route_bit(i)) == 0) continue;
    route_bytes_[i] += bytes;
    if (shot.held_until != SteadyTime::min()) {
      queues_[i].add_held(shot.id, camera, live_since, shot.held_until);
    } else if (live_since) {
      queues_[i].add_live(shot.id, camera, *live_since);
    } else {
      queues_[i].add_backlog(shot.id, camera);
    }
  }
}

bool WaitingShots::add_backlog(WaitingShots&& backlog) {
  const auto is_twice = [&backlog](const auto& entry) { return backlog.entries_.contains(entry.first); };
  if (std::ranges::any_of(entries_, is_twice)) return false;
  std::vector<DueQueue::CameraNumber> numbers;
  for (const domain::CameraKey& camera : backlog.cameras_) numbers.push_back(number_of(camera));
  for (auto& [id, entry] : backlog.entries_) entry.camera = numbers.at(entry.camera);
  entries_.merge(backlog.entries_);
  std::ranges::fill(oldest_, 0);
  bytes_ += backlog.bytes_;
  first_deadline_ = std::min(first_deadline_, backlog.first_deadline_);
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    queues_[i].add_backlog(std::move(backlog.queues_[i]), numbers);
    route_bytes_[i] += backlog.route_bytes_[i];
  }
  return true;
}

std::optional<std::int64_t> WaitingShots::claim(std::size_t route, SteadyTime now,
                                                std::vector<TakenOut>& expired) {
  while (const auto id = queues_.at(route).claim(now)) {
    const auto found = entries_.find(*id);
    if (found->second.deadline > now) return id;
    expired.push_back(take(found, route_bit(route)));
  }
  return std::nullopt;
}

std::optional<TakenOut> WaitingShots::finish(std::size_t route, std::int64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || (found->second.routes & route_bit(route)) == 0) return std::nullopt;
  return take(found, route_bit(route));
}

std::vector<TakenOut> WaitingShots::expire(SteadyTime now, std::size_t at_most) {
  std::vector<TakenOut> expired;
  if (now < next_expiry()) return expired;
  not_before_ = now + 1s;
  first_deadline_ = SteadyTime::max();
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto here = at++;
    if (expired.size() == at_most) {
      first_deadline_ = not_before_ = now;
      return expired;
    }
    if (here->second.deadline <= now) {
      const RouteSet routes = unclaimed(here->first, here->second);
      if (routes == here->second.routes) {
        expired.push_back(take(here, routes));
        continue;
      }
      if (routes != 0) expired.push_back(take(here, routes));
    }
    first_deadline_ = std::min(first_deadline_, here->second.deadline);
  }
  return expired;
}

std::optional<TakenOut> WaitingShots::take_oldest() {
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    if (unclaimed(at->first, at->second) == at->second.routes) return take(at, at->second.routes);
  }
  return std::nullopt;
}

std::optional<TakenOut> WaitingShots::take(std::int64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  const RouteSet routes = unclaimed(id, found->second);
  if (routes == 0) return std::nullopt;
  return take(found, routes);
}

std::optional<TakenOut> WaitingShots::take_whole(std::int64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || unclaimed(id, found->second) != found->second.routes) return std::nullopt;
  return take(found, found->second.routes);
}

TakenOut WaitingShots::take(Entries::iterator at, RouteSet routes) {
  const DueQueue::CameraNumber camera = at->second.camera;
  TakenOut out{.id = at->first, .routes = routes, .whole = false, .camera = cameras_.at(camera).name};
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    if ((routes & route_bit(i)) == 0) continue;
    queues_[i].remove(out.id, camera);
    route_bytes_[i] -= at->second.bytes;
  }
  at->second.routes = static_cast<RouteSet>(at->second.routes & ~routes);
  out.whole = at->second.routes == 0;
  if (out.whole) {
    bytes_ -= at->second.bytes;
    entries_.erase(at);
  }
  return out;
}

RouteSet WaitingShots::unclaimed(std::int64_t id, const Entry& entry) const {
  RouteSet routes = entry.routes;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    if (queues_[i].is_claimed(id)) routes = static_cast<RouteSet>(routes & ~route_bit(i));
  }
  return routes;
}

std::optional<SteadyTime> WaitingShots::oldest(std::size_t route) const {
  std::int64_t& from = oldest_.at(route);
  for (auto at = entries_.lower_bound(from); at != entries_.end(); ++at) {
    from = at->first;
    if ((at->second.routes & route_bit(route)) != 0) return at->second.added;
  }
  return std::nullopt;
}

std::vector<std::int64_t> WaitingShots::ids() const {
  std::vector<std::int64_t> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(id);
  return all;
}

SteadyTime WaitingShots::deadline_of(std::int64_t id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? SteadyTime::max() : found->second.deadline;
}

SteadyTime WaitingShots::next_expiry() const {
  if (first_deadline_ == SteadyTime::max()) return first_deadline_;
  return std::max(first_deadline_, not_before_);
}

// If a (forged) file has more cameras than there are numbers, the rest share the last number.
DueQueue::CameraNumber WaitingShots::number_of(const domain::CameraKey& camera) {
  constexpr std::size_t kMost = std::numeric_limits<DueQueue::CameraNumber>::max();
  const auto found = camera_numbers_.find(camera);
  if (found != camera_numbers_.end()) return found->second;
  if (cameras_.size() > kMost) return kMost;
  cameras_.push_back(camera);
  const auto number = static_cast<DueQueue::CameraNumber>(cameras_.size() - 1);
  camera_numbers_.emplace(camera, number);
  return number;
}

}  // namespace vigia::outbox
