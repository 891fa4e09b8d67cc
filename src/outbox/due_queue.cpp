#include "outbox/due_queue.h"

#include <algorithm>

namespace vigia::outbox {

void DueQueue::add_live(std::int64_t id, CameraNumber camera, SteadyTime now) {
  leave(camera).live.emplace(id, now);
  enter(camera);
  ++size_;
}

void DueQueue::add_backlog(std::int64_t id, CameraNumber camera) {
  leave(camera).backlog.insert(id);
  enter(camera);
  ++size_;
}

void DueQueue::add_backlog(DueQueue&& other, std::span<const CameraNumber> numbers) {
  for (std::size_t i = 0; i < other.cameras_.size(); ++i) {
    std::set<std::int64_t>& backlog = other.cameras_[i].backlog;
    size_ += backlog.size();
    leave(numbers[i]).backlog.merge(backlog);
    enter(numbers[i]);
  }
  for (auto& [id, later] : other.later_) {
    later.camera = numbers[later.camera];
    ++size_;
  }
  later_.merge(other.later_);
  by_time_.merge(other.by_time_);
}

DueQueue::Camera& DueQueue::leave(CameraNumber number) {
  if (number >= cameras_.size()) cameras_.resize(number + std::size_t{1});
  Camera& camera = cameras_[number];
  if (!camera.live.empty()) live_.erase({camera.live.begin()->first, number});
  if (!camera.backlog.empty()) backlog_.erase({next_of(camera.backlog), number});
  if (camera.paused) paused_.erase({*camera.paused, number});
  return camera;
}

void DueQueue::enter(CameraNumber number) {
  const Camera& camera = cameras_[number];
  if (camera.live.empty() && camera.backlog.empty()) return;
  if (camera.paused) {
    if (camera.claimed > 0) return;
    if (!camera.may_try) {
      paused_.emplace(*camera.paused, number);
      return;
    }
  }
  if (!camera.live.empty()) live_.emplace(camera.live.begin()->first, number);
  if (!camera.backlog.empty()) backlog_.emplace(next_of(camera.backlog), number);
}

std::int64_t DueQueue::next_of(const std::set<std::int64_t>& backlog) const {
  return replay_.newest_first ? *backlog.rbegin() : *backlog.begin();
}

void DueQueue::pause(CameraNumber number, SteadyTime until) {
  Camera& camera = leave(number);
  camera.paused = until;
  camera.may_try = false;
  enter(number);
}

void DueQueue::resume(CameraNumber number) {
  leave(number).paused.reset();
  enter(number);
}

std::optional<std::int64_t> DueQueue::claim(SteadyTime now) {
  return_those_due(now);
  age(now);
  if (!live_.empty()) return claim_of(live_.begin()->second);
  if (backlog_.empty()) return std::nullopt;
  fill_bucket(now);
  if (replay_.rate > 0) {
    if (tokens_ < 1) return std::nullopt;
    tokens_ -= 1;
  }
  return claim_of(replay_.newest_first ? backlog_.rbegin()->second : backlog_.begin()->second);
}

// REQUIRES: it has a live shot, or one in the backlog.
std::int64_t DueQueue::claim_of(CameraNumber number) {
  Camera& camera = leave(number);
  ++camera.claimed;
  const bool is_live = !camera.live.empty();
  const std::int64_t id = is_live ? camera.live.begin()->first : next_of(camera.backlog);
  claimed_.emplace(id, Claimed{is_live ? camera.live.begin()->second : SteadyTime::min(), number});
  if (is_live) {
    camera.live.erase(id);
  } else {
    camera.backlog.erase(id);
  }
  enter(number);
  return id;
}

void DueQueue::add_held(std::int64_t id, CameraNumber camera, std::optional<SteadyTime> live_since,
                        SteadyTime until) {
  later_.emplace(id, Later{until, live_since.value_or(SteadyTime::min()), camera, true});
  by_time_.emplace(until, id);
  ++size_;
}

void DueQueue::release_held(SteadyTime now) {
  for (auto& [id, later] : later_) {
    if (!later.held) continue;
    by_time_.erase({later.until, id});
    by_time_.emplace(now, id);
    later.until = now;
    later.held = false;
  }
}

void DueQueue::postpone(std::int64_t id, SteadyTime until) {
  const auto found = claimed_.find(id);
  if (found == claimed_.end()) return;
  const auto [added, number] = found->second;
  later_.emplace(id, Later{until, added, number});
  by_time_.emplace(until, id);
  claimed_.erase(found);
  --leave(number).claimed;
  enter(number);
}

void DueQueue::remove(std::int64_t id, CameraNumber number) {
  if (const auto found = later_.find(id); found != later_.end()) {
    by_time_.erase({found->second.until, id});
    later_.erase(found);
    --size_;
    return;
  }
  Camera& camera = leave(number);
  const std::size_t was_claimed = claimed_.erase(id);
  camera.claimed -= was_claimed;
  size_ -= was_claimed + camera.live.erase(id) + camera.backlog.erase(id);
  enter(number);
}

std::optional<SteadyTime> DueQueue::next_due(SteadyTime now) const {
  std::optional<SteadyTime> next;
  if (!by_time_.empty()) next = by_time_.begin()->first;
  if (!paused_.empty()) next = std::min(next.value_or(SteadyTime::max()), paused_.begin()->first);
  if (!live_.empty()) return now;
  if (backlog_.empty()) return next;
  SteadyTime token = now;
  if (replay_.rate > 0 && tokens_ < 1) {
    // Rounded up: else a sender that sleeps exactly this long would find the bucket just short of one token.
    token = filled_ + from_seconds((1 - tokens_) / replay_.rate) + std::chrono::microseconds(1);
  }
  return std::min(next.value_or(token), token);
}

// Those whose own time has come, and those of paused cameras whose time has come.
void DueQueue::return_those_due(SteadyTime now) {
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    const std::int64_t id = by_time_.begin()->second;
    const auto found = later_.find(id);
    const auto [until, added, number, held] = found->second;
    Camera& camera = leave(number);
    if (added == SteadyTime::min()) {
      camera.backlog.insert(id);
    } else {
      camera.live.emplace(id, added);
    }
    enter(number);
    later_.erase(found);
    by_time_.erase(by_time_.begin());
  }
  while (!paused_.empty() && paused_.begin()->first <= now) {
    const CameraNumber number = paused_.begin()->second;
    leave(number).may_try = true;
    enter(number);
  }
}

// The shot that was added first is first in live_, and first of its camera.
void DueQueue::age(SteadyTime now) {
  while (!live_.empty()) {
    const CameraNumber number = live_.begin()->second;
    if (cameras_[number].live.begin()->second + kFresh > now) return;
    Camera& camera = leave(number);
    while (!camera.live.empty() && camera.live.begin()->second + kFresh <= now) {
      camera.backlog.insert(camera.live.begin()->first);
      camera.live.erase(camera.live.begin());
    }
    enter(number);
  }
}

void DueQueue::fill_bucket(SteadyTime now) {
  const double most = std::max(replay_.rate, 1.0);
  const bool first = filled_ == SteadyTime::min();
  tokens_ = first ? most : std::min(most, tokens_ + to_seconds(now - filled_) * replay_.rate);
  filled_ = now;
}

}  // namespace vigia::outbox
