#include "outbox/due_queue.h"

#include <algorithm>

namespace vigia::outbox {

std::optional<std::int64_t> DueQueue::claim(SteadyTime now) {
  return_those_due(now);
  age(now);
  if (!live_.empty()) {
    const auto first = live_.begin();
    const std::int64_t id = first->first;
    claimed_.emplace(id, first->second);
    live_.erase(first);
    return id;
  }
  if (backlog_.empty()) return std::nullopt;
  fill_bucket(now);
  if (replay_.rate > 0) {
    if (tokens_ < 1) return std::nullopt;
    tokens_ -= 1;
  }
  const auto next = replay_.newest_first ? std::prev(backlog_.end()) : backlog_.begin();
  const std::int64_t id = *next;
  claimed_.emplace(id, SteadyTime::min());
  backlog_.erase(next);
  return id;
}

void DueQueue::postpone(std::int64_t id, SteadyTime until) {
  const auto found = claimed_.find(id);
  if (found == claimed_.end()) return;
  later_.emplace(id, Later{until, found->second});
  by_time_.emplace(until, id);
  claimed_.erase(found);
}

void DueQueue::remove(std::int64_t id) {
  if (live_.erase(id) + backlog_.erase(id) + claimed_.erase(id) > 0) return;
  const auto found = later_.find(id);
  if (found == later_.end()) return;
  by_time_.erase({found->second.until, id});
  later_.erase(found);
}

std::optional<SteadyTime> DueQueue::next_due(SteadyTime now) const {
  std::optional<SteadyTime> next;
  if (!by_time_.empty()) next = by_time_.begin()->first;
  if (!live_.empty()) return now;
  if (backlog_.empty()) return next;
  SteadyTime token = now;
  if (replay_.rate > 0 && tokens_ < 1) {
    // Rounded up: else a sender that sleeps exactly this long would find the bucket just short of one token.
    token = filled_ + from_seconds((1 - tokens_) / replay_.rate) + std::chrono::microseconds(1);
  }
  return std::min(next.value_or(token), token);
}

void DueQueue::return_those_due(SteadyTime now) {
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    const std::int64_t id = by_time_.begin()->second;
    const auto found = later_.find(id);
    if (found->second.added == SteadyTime::min()) {
      backlog_.insert(id);
    } else {
      live_.emplace(id, found->second.added);
    }
    later_.erase(found);
    by_time_.erase(by_time_.begin());
  }
}

// The shot that was added first is first in live_.
void DueQueue::age(SteadyTime now) {
  while (!live_.empty() && live_.begin()->second + kFresh <= now) {
    backlog_.insert(live_.begin()->first);
    live_.erase(live_.begin());
  }
}

void DueQueue::fill_bucket(SteadyTime now) {
  const double most = std::max(replay_.rate, 1.0);
  const bool first = filled_ == SteadyTime::min();
  tokens_ = first ? most : std::min(most, tokens_ + to_seconds(now - filled_) * replay_.rate);
  filled_ = now;
}

}  // namespace vigia::outbox
